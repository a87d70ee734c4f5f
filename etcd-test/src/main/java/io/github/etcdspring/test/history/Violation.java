/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.List;

/**
 * A promise that was broken.
 *
 * @param kind which promise
 * @param description what is wrong, with revisions; may contain keys and values
 * @param evidence the recorded operations, deliveries and beliefs that contradict each
 * other or the server's history, one line each as in the saved file
 * @since 0.1.0
 */
public record Violation(Kind kind, String description, List<String> evidence) {

	public Violation {
		evidence = List.copyOf(evidence);
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder().append(this.kind).append(": ").append(this.description);
		this.evidence.forEach((line) -> text.append("\n    ").append(line));
		return text.toString();
	}

	/**
	 * The promises.
	 */
	public enum Kind {

		/**
		 * The test wrote the same value to the same key twice, so that nothing can be
		 * said about either: a mistake of the test.
		 */
		VALUE_NOT_UNIQUE,

		/** A write is in the history more than once. */
		APPLIED_TWICE,

		/**
		 * A write is in the history although it was reported as not applied, or its
		 * comparison did not hold.
		 */
		APPLIED_THOUGH_NOT,

		/** A write that succeeded is not in the history. */
		MISSING_WRITE,

		/**
		 * A write is in the history at another revision than it was answered with, or two
		 * were answered with the same one.
		 */
		WRONG_REVISION,

		/** Only part of a transaction is in the history, or at several revisions. */
		TORN_TRANSACTION,

		/** A key that the test writes was changed by no operation that was recorded. */
		UNEXPLAINED_EVENT,

		/**
		 * An answer does not fit to the state at its revision: a value, a deletion or a
		 * comparison.
		 */
		WRONG_STATE,

		/** A read did not see what had been acknowledged before it began. */
		STALE_READ,

		/** An answer has a revision that did not exist until later. */
		FROM_THE_FUTURE,

		/** A write that began after another had ended has an older revision. */
		WRITE_ORDER,

		/** A watch told an older revision after a newer one. */
		OUT_OF_ORDER,

		/** A watch told a revision twice. */
		TOLD_TWICE,

		/** A watch left out a revision. */
		GAP,

		/** A watch told only a part of a revision. */
		TORN_REVISION,

		/** A watch told the changes of a revision in another order. */
		REORDERED,

		/**
		 * A watch told something that is not in the history, or not in its range, or
		 * before its start.
		 */
		WRONG_EVENT,

		/** A watch told with a change another state before it than there was. */
		WRONG_PREVIOUS,

		/** The progress of a watch went back. */
		PROGRESS_BACKWARDS,

		/**
		 * Progress, or the revision to go on from, was ahead of what was told, or behind.
		 */
		WRONG_BOOKMARK,

		/**
		 * A compaction was reported that there was not, or that did not concern the
		 * watch.
		 */
		WRONG_COMPACTION,

		/** A watch told something after its end. */
		AFTER_THE_END,

		/** Two keys in the queue of a lock are the oldest. */
		TWO_HOLDERS,

		/** A fencing token is not larger than one that was given before. */
		TOKEN_NOT_GROWN,

		/**
		 * Somebody was told to hold a lock whose key was never the oldest of the queue.
		 */
		NEVER_HELD,

		/**
		 * A guarded write was applied when its lock was held by somebody else or nobody.
		 */
		UNGUARDED_WRITE,

		/**
		 * Somebody believed to hold a lock after the next had got it, or after having
		 * been told of the loss.
		 */
		HELD_TOO_LONG,

		/** Somebody believed in a lease after the server had ended it. */
		LEASE_OUTLIVED

	}

}
