/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.List;

import io.github.etcdspring.client.watch.WatchEvent;

/**
 * Something that a watch told.
 *
 * @param kind what it told
 * @param at when
 * @param revision the revision of a batch or of progress; the next one of a bookmark and
 * at the end
 * @param events the events of a batch
 * @param compacted the compaction that ended the watch, 0 for none
 */
record Delivery(Kind kind, long at, long revision, List<WatchEvent> events, long compacted) {

	Delivery(Kind kind, long at, long revision) {
		this(kind, at, revision, List.of(), 0);
	}

	static Delivery parse(Line line) {
		return new Delivery(Kind.valueOf(line.text("told")), line.number("at"), line.number("revision"), line.events(),
				line.number("compacted", 0));
	}

	@Override
	public String toString() {
		Line line = new Line("told").with("told", this.kind.name()).with("at", this.at).with("revision", this.revision);
		this.events.forEach(line::with);
		if (this.compacted != 0) {
			line.with("compacted", this.compacted);
		}
		return line.toString();
	}

	enum Kind {

		BATCH, PROGRESS, BOOKMARK, END

	}

}
