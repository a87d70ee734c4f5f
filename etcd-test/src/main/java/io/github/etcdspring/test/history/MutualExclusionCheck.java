/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * At no revision two holders of a lock, and nobody who believes longer than he may.
 */
final class MutualExclusionCheck {

	private final String lock;

	private final List<HolderRecorder> holders;

	private final List<Operation> operations;

	private final LockQueueHistory queue;

	private final AppliedWrites applied;

	private final Timeline timeline;

	private final long tolerance;

	private final Violations violations;

	private final Map<Long, Long> acquiredAt = new HashMap<>();

	MutualExclusionCheck(String lock, List<HolderRecorder> holders, List<Operation> operations, LockQueueHistory queue,
			AppliedWrites applied, Timeline timeline, long tolerance, Violations violations) {
		this.lock = lock;
		this.holders = holders;
		this.operations = operations;
		this.queue = queue;
		this.applied = applied;
		this.timeline = timeline;
		this.tolerance = tolerance;
		this.violations = violations;
		holders.forEach((holder) -> this.acquiredAt.merge(holder.token(), holder.acquiredAt(), Math::min));
	}

	void run() {
		this.holders.forEach(this::checkBelief);
		checkTokens();
		for (Operation operation : this.operations) {
			Call.Guard guard = operation.call().guard();
			if (guard != null && guard.lock().equals(this.lock)) {
				checkGuarded(operation, guard.token());
			}
		}
	}

	private void checkBelief(HolderRecorder holder) {
		if (holder.wasLost() && holder.believedUntil() > holder.lostAt()) {
			this.violations.add(Violation.Kind.HELD_TOO_LONG, "It believed after it was told of the loss", holder);
		}
		LockQueueHistory.Tenure tenure = this.queue.byToken(holder.token());
		if (tenure == null) {
			this.violations.add(Violation.Kind.NEVER_HELD,
					"No key that was created at revision " + holder.token() + " was ever the oldest", holder);
			return;
		}
		LockQueueHistory.Tenure next = this.queue.after(tenure);
		if (next == null) {
			return;
		}
		OptionalLong known = nextHeldBy(next);
		if (known.isPresent() && holder.believedUntil() > known.getAsLong() + this.tolerance) {
			this.violations.add(
					Violation.Kind.HELD_TOO_LONG, "The next had the lock since revision " + next.from() + ", at "
							+ known.getAsLong() + " at the latest",
					holder, new Line("next").with("token", next.token()));
		}
	}

	/**
	 * Return by when the next certainly had the lock.
	 * @param next the next
	 * @return the time, empty if nothing shows it
	 */
	private OptionalLong nextHeldBy(LockQueueHistory.Tenure next) {
		OptionalLong known = this.timeline.knownBy(next.from());
		Long acquired = this.acquiredAt.get(next.token());
		return (acquired != null && (known.isEmpty() || acquired < known.getAsLong())) ? OptionalLong.of(acquired)
				: known;
	}

	private void checkTokens() {
		List<HolderRecorder> byBegin = new ArrayList<>(this.holders);
		List<HolderRecorder> byAcquired = new ArrayList<>(this.holders);
		byBegin.sort(Comparator.comparingLong(HolderRecorder::begin));
		byAcquired.sort(Comparator.comparingLong(HolderRecorder::acquiredAt));
		HolderRecorder newest = null;
		int acquired = 0;
		for (HolderRecorder holder : byBegin) {
			while (acquired < byAcquired.size() && byAcquired.get(acquired).acquiredAt() < holder.begin()) {
				HolderRecorder before = byAcquired.get(acquired);
				if (newest == null || before.token() > newest.token()) {
					newest = before;
				}
				acquired++;
			}
			// One session has a lock as often as it likes.
			if (newest != null && (holder.token() < newest.token()
					|| (holder.token() == newest.token() && !holder.process().equals(newest.process())))) {
				this.violations.add(Violation.Kind.TOKEN_NOT_GROWN,
						"The token " + holder.token() + " was given after " + newest.token(), newest, holder);
			}
		}
		checkShared(byBegin);
	}

	private void checkShared(List<HolderRecorder> holders) {
		Map<Long, HolderRecorder> known = new HashMap<>();
		for (HolderRecorder holder : holders) {
			HolderRecorder other = known.putIfAbsent(holder.token(), holder);
			if (other != null && !other.process().equals(holder.process())) {
				this.violations.add(Violation.Kind.TWO_HOLDERS, "Two got the token " + holder.token(), other, holder);
			}
		}
	}

	private void checkGuarded(Operation operation, long token) {
		long revision = this.applied.madeBy(operation);
		if (revision == 0) {
			return;
		}
		LockQueueHistory.Tenure tenure = this.queue.byToken(token);
		if (tenure == null || tenure.from() >= revision || tenure.until() < revision) {
			this.violations.add(Violation.Kind.UNGUARDED_WRITE,
					"It was applied at " + revision + ", and the lock was held "
							+ ((tenure != null) ? "from " + tenure.from() + " until " + tenure.until() : "never"),
					operation);
		}
	}

}
