/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchEvent;

/**
 * A watch tells every revision that changes its range, each once, whole, in order and
 * without gaps; and when it ends it says why.
 */
final class WatchChecker {

	private final List<Store.Revision> truth;

	private final List<Long> compactions;

	private final Consumer<String> complaints;

	/**
	 * Create a checker.
	 * @param truth the history of the cluster
	 * @param compactions where history was thrown away
	 * @param complaints is told what is wrong
	 */
	WatchChecker(List<Store.Revision> truth, List<Long> compactions, Consumer<String> complaints) {
		this.truth = truth;
		this.compactions = compactions;
		this.complaints = complaints;
	}

	/**
	 * Check what a watch has told.
	 * @param observed the watch
	 * @param upTo the revision up to which everything must have been told, unless it has
	 * ended
	 */
	void check(Observed observed, long upTo) {
		long next = observed.first();
		for (WatchBatch batch : observed.batches()) {
			if (observed.first() == 0 || batch.revision() < next) {
				complain(observed, "tells revision " + batch.revision() + " when " + next + " is next");
				return;
			}
			Store.Revision missed = first(observed, next, batch.revision() - 1);
			if (missed != null) {
				complain(observed, "misses " + missed + " before " + batch.revision());
				return;
			}
			compare(observed, batch);
			next = batch.revision() + 1;
		}
		WatchClosed end = observed.end();
		if (end != null) {
			checkEnd(observed, end, next);
		}
		else if (observed.first() != 0 && upTo > 0 && !observed.isClosedByApplication()) {
			Store.Revision missed = first(observed, next, upTo);
			if (missed != null) {
				complain(observed, "has not told " + missed);
			}
		}
		if (observed.isToldAfterEnd() || observed.closings() > 1) {
			complain(observed, "goes on after its end, or ends " + observed.closings() + " times");
		}
		checkProgress(observed);
	}

	private Store.@Nullable Revision first(Observed observed, long from, long to) {
		for (long revision = Math.max(from, 2); revision <= Math.min(to, this.truth.size() + 1); revision++) {
			Store.Revision there = this.truth.get((int) revision - 2);
			if (there.changes().stream().anyMatch(observed::wants)) {
				return there;
			}
		}
		return null;
	}

	private void compare(Observed observed, WatchBatch batch) {
		Store.Revision revision = (batch.revision() - 2 < this.truth.size())
				? this.truth.get((int) batch.revision() - 2) : null;
		List<Store.Change> expected = (revision != null) ? revision.changes().stream().filter(observed::wants).toList()
				: List.of();
		List<WatchEvent> told = batch.events();
		boolean same = expected.size() == told.size();
		for (int i = 0; same && i < told.size(); i++) {
			same = equal(observed, expected.get(i), told.get(i));
		}
		if (!same) {
			complain(observed, "tells " + batch + " instead of " + expected);
		}
	}

	private static boolean equal(Observed observed, Store.Change change, WatchEvent event) {
		Store.Version now = change.now();
		boolean same = event.isDelete() == now.deleted() && event.keyValue().keyAsUtf8().equals(now.key())
				&& event.keyValue().modRevision() == now.modRevision();
		if (same && !now.deleted()) {
			same = ReadChecker.equal(now, event.keyValue());
		}
		Store.Version before = observed.settings().previous() ? change.before() : null;
		return same && ((before != null) ? event.previous() != null && ReadChecker.equal(before, event.previous())
				: event.previous() == null);
	}

	private void checkEnd(Observed observed, WatchClosed end, long next) {
		EtcdException cause = end.cause();
		if (cause == null) {
			if (!observed.isClosedByApplication()) {
				complain(observed, "was closed by nobody");
			}
		}
		else if (cause instanceof CompactedException compacted) {
			long revision = compacted.compactedRevision().orElse(-1);
			if (!this.compactions.contains(revision) || revision < next) {
				complain(observed, "ends at " + next + " with a compaction at " + revision);
			}
		}
		else if (cause.reason() != Reason.CLOSED && observed.settings().maxRetries() < 0) {
			complain(observed, "gives up without a limit: " + cause);
		}
		if (end.nextRevision() != 0 && first(observed, next, end.nextRevision() - 1) != null) {
			complain(observed, "would resume at " + end.nextRevision() + " and miss something after " + next);
		}
		if (end.nextRevision() < next && !observed.batches().isEmpty()) {
			complain(observed, "would resume at " + end.nextRevision() + " and repeat what is before " + next);
		}
	}

	// Everything before has been told when progress is, so that one can resume there.
	private void checkProgress(Observed observed) {
		long last = 0;
		for (long progress : observed.progress()) {
			if (progress < last) {
				complain(observed, "goes back from progress " + last + " to " + progress);
			}
			last = progress;
		}
	}

	private void complain(Observed observed, String complaint) {
		this.complaints.accept(observed + " " + complaint);
	}

}
