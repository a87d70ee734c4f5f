/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import org.jspecify.annotations.Nullable;

/**
 * What is known about a lease that is kept alive.
 *
 * @param condition whether the lease lives
 * @param loss why it is lost, {@code null} unless it is
 * @since 0.1.0
 */
public record LeaseState(Condition condition, @Nullable LeaseLoss loss) {

	/** The lease lives. */
	public static final LeaseState ALIVE = new LeaseState(Condition.ALIVE, null);

	/** The lease may live. */
	public static final LeaseState SUSPECT = new LeaseState(Condition.SUSPECT, null);

	/**
	 * Check that there is a loss exactly if the lease is lost.
	 * @throws IllegalArgumentException if it is not so
	 */
	public LeaseState {
		if ((condition == Condition.LOST) != (loss != null)) {
			throw new IllegalArgumentException(
					"'loss' must be given if and only if 'condition' is LOST but was " + loss + " with " + condition);
		}
	}

	static LeaseState lost(LeaseLoss loss) {
		return new LeaseState(Condition.LOST, loss);
	}

	/**
	 * Whether the lease lives, for certain.
	 * @return whether the condition is {@link Condition#ALIVE}
	 */
	public boolean isAlive() {
		return this.condition == Condition.ALIVE;
	}

	/**
	 * Whether the lease is lost, for ever.
	 * @return whether the condition is {@link Condition#LOST}
	 */
	public boolean isLost() {
		return this.condition == Condition.LOST;
	}

	/**
	 * Whether a lease lives.
	 */
	public enum Condition {

		/** A renewal was answered lately, so the server keeps the lease. */
		ALIVE,

		/**
		 * The lease has not expired, but there is a doubt: no renewal was answered yet,
		 * an answer is overdue, or the machine seems to have slept.
		 */
		SUSPECT,

		/** The lease is lost, or nobody keeps it any more. Nothing follows. */
		LOST

	}

}
