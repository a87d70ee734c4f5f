/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What the last answer says about a lease. All time is measured from the moment at which
 * its request was sent: the server's own clock begins later.
 */
final class LeaseKnowledge {

	/** There was no answer yet. */
	static final LeaseKnowledge NONE = new LeaseKnowledge(0, 0, null, 0, null);

	private final long sentAt;

	private final long sentAtMillis;

	private final @Nullable Duration ttl;

	private final long ttlNanos;

	private final @Nullable LeaseLoss loss;

	/** Once the clocks disagree only another answer helps. */
	private volatile boolean slept;

	private LeaseKnowledge(long sentAt, long sentAtMillis, @Nullable Duration ttl, long ttlNanos,
			@Nullable LeaseLoss loss) {
		this.sentAt = sentAt;
		this.sentAtMillis = sentAtMillis;
		this.ttl = ttl;
		this.ttlNanos = ttlNanos;
		this.loss = loss;
	}

	/**
	 * The lease was granted, or renewed.
	 * @param sentAt the monotonic time of the request
	 * @param sentAtMillis its time of day
	 * @param ttl the time to live from the answer
	 * @param ttlNanos the same in nanoseconds
	 * @return what is known by that
	 */
	static LeaseKnowledge renewed(long sentAt, long sentAtMillis, Duration ttl, long ttlNanos) {
		return new LeaseKnowledge(sentAt, sentAtMillis, ttl, ttlNanos, null);
	}

	LeaseKnowledge lost(LeaseLoss loss) {
		return new LeaseKnowledge(this.sentAt, this.sentAtMillis, this.ttl, this.ttlNanos, loss);
	}

	boolean isNone() {
		return this.ttl == null;
	}

	@Nullable LeaseLoss loss() {
		return this.loss;
	}

	@Nullable Duration ttl() {
		return this.ttl;
	}

	boolean isExpired(long now) {
		return this.ttl != null && now - this.sentAt >= this.ttlNanos;
	}

	/**
	 * Whether the lease may have ended, or soon may: another third of its time has passed
	 * since it should have been renewed, or, by the time of day, all of it.
	 * @param now the monotonic time
	 * @param nowMillis the time of day
	 * @return whether there is a doubt
	 */
	boolean isSuspect(long now, long nowMillis) {
		return this.ttl == null || now - this.sentAt >= suspectAfter() || hasSlept(nowMillis);
	}

	/**
	 * Whether the time of day says that the lease has ended: the monotonic clock stands
	 * still while the machine sleeps.
	 * @param nowMillis the time of day
	 * @return whether it says so, or did
	 */
	boolean hasSlept(long nowMillis) {
		if (!this.slept && this.ttl != null && nowMillis - this.sentAtMillis >= this.ttlNanos / 1_000_000) {
			this.slept = true;
		}
		return this.slept;
	}

	long renewAfter() {
		return this.ttlNanos / 3;
	}

	long suspectAfter() {
		return this.ttlNanos - this.ttlNanos / 3;
	}

	long expiresAfter() {
		return this.ttlNanos;
	}

	long age(long now) {
		return now - this.sentAt;
	}

	/**
	 * Whether this proves that the lease lives for longer than something else does.
	 * @param other the other knowledge
	 * @return whether it is better
	 */
	boolean outlasts(LeaseKnowledge other) {
		return this.ttl != null
				&& (other.ttl == null || (this.sentAt - other.sentAt) + (this.ttlNanos - other.ttlNanos) > 0);
	}

}
