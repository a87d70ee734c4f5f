/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;

/**
 * What an operation was to do.
 *
 * @param process who did it
 * @param kind what it is
 * @param writes what it writes, if its comparisons hold
 * @param range what it reads, {@code null} for a write
 * @param serializable whether it may read the past
 * @param atRevision the revision that it reads, 0 for the newest
 * @param condition on what it depends
 * @param guard the lock that it depends on
 */
record Call(String process, Kind kind, List<Write> writes, @Nullable KeyRange range, boolean serializable,
		long atRevision, @Nullable Condition condition, @Nullable Guard guard) {

	static Call write(String process, Kind kind, List<Write> writes) {
		return new Call(process, kind, writes, null, false, 0, null, null);
	}

	static Call read(String process, KeyRange range, boolean serializable, long atRevision) {
		return new Call(process, Kind.GET, List.of(), range, serializable, atRevision, null, null);
	}

	Call when(Condition condition) {
		return new Call(this.process, this.kind, this.writes, this.range, this.serializable, this.atRevision, condition,
				this.guard);
	}

	Call guardedBy(Guard guard) {
		return new Call(this.process, this.kind, this.writes, this.range, this.serializable, this.atRevision,
				this.condition, guard);
	}

	void describe(Line line) {
		line.with("process", this.process).with("kind", this.kind.name());
		if (this.range != null) {
			line.with("range", this.range);
		}
		if (this.serializable) {
			line.with("serializable", "yes");
		}
		if (this.atRevision != 0) {
			line.with("at", this.atRevision);
		}
		if (this.condition != null) {
			line.with("when", this.condition.key(), this.condition.modRevision());
		}
		if (this.guard != null) {
			line.with("guard", Bytes.utf8(this.guard.lock()), this.guard.token());
		}
		for (Write write : this.writes) {
			if (write.value() != null) {
				line.with("write", write.key(), write.value());
			}
			else {
				line.with("remove", write.key(), "");
			}
		}
	}

	static Call parse(Line line) {
		Condition condition = null;
		Guard guard = null;
		for (List<String> parts : line.pairs("when")) {
			condition = new Condition(Line.unescape(parts.get(0)), Long.parseLong(parts.get(1)));
		}
		for (List<String> parts : line.pairs("guard")) {
			guard = new Guard(Line.unescape(parts.get(0)).asUtf8(), Long.parseLong(parts.get(1)));
		}
		return new Call(line.text("process"), Kind.valueOf(line.text("kind")), line.writes(), line.range("range"),
				line.has("serializable"), line.number("at", 0), condition, guard);
	}

	enum Kind {

		GET, PUT, DELETE, TXN

	}

	/**
	 * A comparison of a key's last change.
	 *
	 * @param key the key
	 * @param modRevision its revision, 0 for a key that is not there
	 */
	record Condition(Bytes key, long modRevision) {
	}

	/**
	 * A lock that guards a write.
	 *
	 * @param lock the name of the lock
	 * @param token the fencing token
	 */
	record Guard(String lock, long token) {
	}

}
