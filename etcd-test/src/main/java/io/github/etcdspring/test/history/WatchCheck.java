/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.watch.WatchEvent;

/**
 * A watch told its part of the history, the whole of it, once and in order.
 */
final class WatchCheck {

	private final WatchRecorder watch;

	private final List<Delivery> deliveries;

	private final ServerHistory truth;

	private final List<Long> compactions;

	private final Violations violations;

	/** Everything before has been told, as far as it is in the range. */
	private long next;

	/** The largest revision that was told, also as progress. */
	private long last;

	private long lastProgress;

	private boolean ended;

	/** How much has been checked. */
	private int position;

	WatchCheck(WatchRecorder watch, ServerHistory truth, List<Long> compactions, Violations violations) {
		this.watch = watch;
		this.deliveries = watch.deliveries();
		this.truth = truth;
		this.compactions = compactions;
		this.violations = violations;
		this.next = watch.from();
	}

	void run() {
		for (Delivery delivery : this.deliveries) {
			if (this.ended && delivery.kind() != Delivery.Kind.BOOKMARK) {
				add(Violation.Kind.AFTER_THE_END, "Something was told after the end", delivery);
			}
			switch (delivery.kind()) {
				case BATCH -> checkBatch(delivery);
				case PROGRESS -> checkProgress(delivery);
				case BOOKMARK -> checkBookmark(delivery);
				case END -> checkEnd(delivery);
			}
			this.position++;
		}
	}

	private void checkBatch(Delivery batch) {
		long revision = batch.revision();
		if (revision <= this.last) {
			if (wasTold(revision)) {
				add(Violation.Kind.TOLD_TWICE, "Revision " + revision + " was told before", batch);
			}
			else {
				add(Violation.Kind.OUT_OF_ORDER, "Revision " + revision + " was told after " + this.last, batch);
			}
		}
		else if (revision < this.watch.from()) {
			add(Violation.Kind.WRONG_EVENT, "The watch begins at " + this.watch.from(), batch);
		}
		else {
			checkGap(revision, Violation.Kind.GAP, batch);
			this.next = revision + 1;
			this.last = revision;
		}
		checkEvents(batch);
	}

	private boolean wasTold(long revision) {
		if (this.violations.isFull()) {
			return false;
		}
		for (Delivery delivery : this.deliveries.subList(0, this.position)) {
			if (delivery.kind() == Delivery.Kind.BATCH && delivery.revision() == revision) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Check that nothing was left out before a revision.
	 * @param until the revision
	 * @param kind how to call it if there was
	 * @param delivery what was told
	 */
	private void checkGap(long until, Violation.Kind kind, Delivery delivery) {
		// The start of a watch from now may not be known.
		if (this.next == 0) {
			return;
		}
		for (long revision = Math.max(this.next, this.truth.firstRevision()); revision < until
				&& revision <= this.truth.lastRevision(); revision++) {
			List<WatchEvent> missing = seenOf(revision);
			if (!missing.isEmpty()) {
				Line line = new Line("truth").with("revision", revision);
				missing.forEach(line::with);
				this.violations.add(kind, "Revision " + revision + " was left out", this.watch, line, delivery);
				return;
			}
		}
	}

	private List<WatchEvent> seenOf(long revision) {
		List<WatchEvent> seen = new ArrayList<>();
		for (WatchEvent event : this.truth.changes(revision)) {
			if (this.watch.sees(event)) {
				seen.add(event);
			}
		}
		return seen;
	}

	private void checkEvents(Delivery batch) {
		List<WatchEvent> expected = seenOf(batch.revision());
		List<WatchEvent> events = batch.events();
		if (!events.isEmpty() && areEqual(expected, events)) {
			for (int i = 0; i < events.size(); i++) {
				checkPrevious(expected.get(i), events.get(i), batch);
			}
			return;
		}
		List<Change> there = changes(expected);
		List<Change> told = changes(events);
		Line line = new Line("truth").with("revision", batch.revision());
		this.truth.changes(batch.revision()).forEach(line::with);
		if (batch.revision() < this.truth.firstRevision()) {
			return;
		}
		Set<Change> all = new HashSet<>(there);
		if (told.size() != new HashSet<>(told).size()) {
			this.violations.add(Violation.Kind.TOLD_TWICE, "A change was told twice", this.watch, line, batch);
		}
		else if (!all.containsAll(told) || told.isEmpty()) {
			this.violations.add(Violation.Kind.WRONG_EVENT, "It is not what the revision changed", this.watch, line,
					batch);
		}
		else if (told.size() < there.size()) {
			this.violations.add(Violation.Kind.TORN_REVISION, "It is not all that the revision changed", this.watch,
					line, batch);
		}
		else {
			this.violations.add(Violation.Kind.REORDERED, "The changes are in another order", this.watch, line, batch);
		}
	}

	private static boolean areEqual(List<WatchEvent> expected, List<WatchEvent> events) {
		if (expected.size() != events.size()) {
			return false;
		}
		for (int i = 0; i < events.size(); i++) {
			WatchEvent one = expected.get(i);
			WatchEvent other = events.get(i);
			if (one.type() != other.type() || !one.keyValue().equals(other.keyValue())) {
				return false;
			}
		}
		return true;
	}

	private static List<Change> changes(List<WatchEvent> events) {
		return events.stream().map((event) -> new Change(event.type(), event.keyValue())).toList();
	}

	private void checkPrevious(WatchEvent expected, WatchEvent event, Delivery batch) {
		boolean wanted = this.watch.wantsPreviousValues();
		if (wanted && Objects.equals(expected.previous(), event.previous())) {
			return;
		}
		boolean mayBeCompacted = this.compactions.stream().anyMatch((revision) -> revision >= batch.revision());
		if (event.previous() != null || (wanted && !mayBeCompacted)) {
			this.violations.add(Violation.Kind.WRONG_PREVIOUS,
					wanted ? "The state before was another" : "The state before was not asked for", this.watch,
					new Line("truth").with("revision", batch.revision()).with(expected), batch);
		}
	}

	private void checkProgress(Delivery progress) {
		long revision = progress.revision();
		if (revision < this.lastProgress || revision < this.last) {
			add(Violation.Kind.PROGRESS_BACKWARDS,
					"Progress " + revision + " was told after " + Math.max(this.last, this.lastProgress), progress);
			return;
		}
		checkGap(revision + 1, Violation.Kind.WRONG_BOOKMARK, progress);
		this.lastProgress = revision;
		this.last = revision;
		this.next = Math.max(this.next, revision + 1);
	}

	private void checkBookmark(Delivery bookmark) {
		long next = bookmark.revision();
		if (next == 0) {
			return;
		}
		if (next <= this.last) {
			add(Violation.Kind.WRONG_BOOKMARK, "From " + next + " on, " + this.last + " would be told again", bookmark);
		}
		checkGap(next, Violation.Kind.WRONG_BOOKMARK, bookmark);
		this.next = Math.max(this.next, next);
	}

	private void checkEnd(Delivery end) {
		this.ended = true;
		checkBookmark(end);
		long compacted = end.compacted();
		if (compacted == 0) {
			return;
		}
		if (!this.compactions.contains(compacted)) {
			add(Violation.Kind.WRONG_COMPACTION,
					"There was no compaction at " + compacted + " but at " + this.compactions, end);
		}
		else if (end.revision() >= compacted) {
			add(Violation.Kind.WRONG_COMPACTION, "Nothing is gone that the watch needs from " + end.revision(), end);
		}
	}

	private void add(Violation.Kind kind, String description, Delivery delivery) {
		this.violations.add(kind, description, this.watch, delivery);
	}

	/**
	 * A change without the state before it.
	 *
	 * @param type what happened
	 * @param keyValue the key as it is after
	 */
	private record Change(WatchEvent.Type type, KeyValue keyValue) {
	}

}
