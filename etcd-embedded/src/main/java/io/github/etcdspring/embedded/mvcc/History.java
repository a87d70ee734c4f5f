/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import java.util.ArrayList;
import java.util.List;

/**
 * The revisions since the last compaction. Their numbers have no gaps, so that the place
 * of a revision follows from its number.
 */
final class History {

	private ArrayList<Revision> revisions = new ArrayList<>();

	/** The number of the first revision in the list. */
	private long first = 2;

	void add(Revision revision) {
		this.revisions.add(revision);
	}

	List<Revision> between(long from, long to, int maxEvents) {
		int begin = (int) Math.max(0, from - this.first);
		int end = (int) Math.min(this.revisions.size(), to - this.first + 1);
		List<Revision> found = new ArrayList<>();
		int events = 0;
		for (int i = begin; i < end && events < maxEvents; i++) {
			Revision revision = this.revisions.get(i);
			found.add(revision);
			events += revision.events().size();
		}
		return found;
	}

	/**
	 * Drops the revisions before one. What that one replaced is no longer readable, so
	 * its previous pairs go too.
	 * @param revision the first revision that stays
	 */
	void compact(long revision) {
		int drop = (int) Math.min(this.revisions.size(), revision - this.first);
		if (drop > 0) {
			this.revisions = new ArrayList<>(this.revisions.subList(drop, this.revisions.size()));
			this.first += drop;
		}
		if (!this.revisions.isEmpty() && this.first == revision) {
			List<Committed> events = new ArrayList<>();
			for (Committed committed : this.revisions.get(0).events()) {
				events.add(new Committed(committed.event(), null));
			}
			this.revisions.set(0, new Revision(revision, List.copyOf(events)));
		}
	}

}
