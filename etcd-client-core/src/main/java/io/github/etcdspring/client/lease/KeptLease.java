/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.Timer;

/**
 * One lease and its renewals, shared by all who keep it. What is known of it may be read
 * by everybody, and becomes final by a compare-and-set, so that nobody sees it alive
 * after somebody saw it expired. All else belongs to its stream.
 */
final class KeptLease {

	private static final VarHandle KNOWLEDGE;

	static {
		try {
			KNOWLEDGE = MethodHandles.lookup().findVarHandle(KeptLease.class, "knowledge", LeaseKnowledge.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final long id;

	private volatile LeaseKnowledge knowledge;

	/** Why no renewal gets through, if so. */
	private volatile @Nullable Failure trouble;

	final List<LeaseUser> users = new ArrayList<>(1);

	/** The last time that somebody came who wants to see a renewal. */
	long wantedAt;

	boolean inFlight;

	long sentAt;

	long sentAtMillis;

	boolean queued;

	/** The place in the queue: when the renewal must have been made. */
	long dueBy;

	boolean toldSuspect;

	Timer.@Nullable Timeout timeout;

	KeptLease(long id, LeaseKnowledge knowledge) {
		this.id = id;
		this.knowledge = knowledge;
	}

	long id() {
		return this.id;
	}

	LeaseKnowledge knowledge() {
		return this.knowledge;
	}

	boolean replaceKnowledge(LeaseKnowledge before, LeaseKnowledge after) {
		return KNOWLEDGE.compareAndSet(this, before, after);
	}

	void trouble(@Nullable Failure failure) {
		this.trouble = failure;
	}

	LeaseState state(long now, long nowMillis) {
		LeaseLoss loss = expired(now);
		if (loss != null) {
			return LeaseState.lost(loss);
		}
		return this.knowledge.isSuspect(now, nowMillis) ? LeaseState.SUSPECT : LeaseState.ALIVE;
	}

	/**
	 * Find out whether the lease is lost; if its time is up, it is from now on.
	 * @param now the monotonic time
	 * @return why, or {@code null}
	 */
	@Nullable LeaseLoss expired(long now) {
		while (true) {
			LeaseKnowledge known = this.knowledge;
			LeaseLoss loss = known.loss();
			if (loss != null || !known.isExpired(now)) {
				return loss;
			}
			replaceKnowledge(known, known.lost(expiry(known)));
		}
	}

	/**
	 * Make the lease lost, unless it is.
	 * @param loss why
	 */
	void lose(LeaseLoss loss) {
		LeaseKnowledge known = this.knowledge;
		while (known.loss() == null && !replaceKnowledge(known, known.lost(loss))) {
			known = this.knowledge;
		}
	}

	private LeaseLoss expiry(LeaseKnowledge known) {
		Failure last = this.trouble;
		String detail = "no renewal of lease " + Long.toHexString(this.id) + " was answered within its time to live of "
				+ TimeUnit.NANOSECONDS.toSeconds(known.expiresAfter()) + " s"
				+ ((last != null) ? "; the stream: " + last.detail() : "");
		return new LeaseLoss(LeaseLoss.Cause.EXPIRED,
				new Failure(LeaseStream.OPERATION, false, StatusCode.DEADLINE_EXCEEDED, Reason.TIMEOUT,
						Outcome.NOT_APPLIED, (last != null) ? last.endpoint() : null,
						(last != null) ? last.attempts() : 1, detail, OptionalLong.empty(), null)
					.toException());
	}

	@Override
	public String toString() {
		return "KeptLease[" + Long.toHexString(this.id) + "]";
	}

}
