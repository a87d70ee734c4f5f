/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.Timer;

/**
 * A lease that is kept alive until this is closed, or the lease is lost. Thread-safe.
 *
 * @since 0.1.0
 */
public final class KeepAlive extends LeaseUser implements AutoCloseable {

	private static final VarHandle LOSS;

	static {
		try {
			LOSS = MethodHandles.lookup().findVarHandle(KeepAlive.class, "loss", LeaseLoss.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final KeepAlives keepAlives;

	private final long id;

	private final long wantedAt;

	private final int maxRetries;

	private final KeepAliveEvents events;

	private volatile @Nullable LeaseLoss loss;

	KeepAlive(KeepAlives keepAlives, KeptLease lease, long wantedAt, int maxRetries, KeepAliveEvents events) {
		super(lease);
		this.keepAlives = keepAlives;
		this.id = lease.id();
		this.wantedAt = wantedAt;
		this.maxRetries = maxRetries;
		this.events = events;
	}

	/**
	 * Completes when the first renewal was answered, with the time to live; at once after
	 * {@link KeepAliveRequest#grantedAt}. Fails with the {@link LeaseLoss#failure()
	 * failure} if the lease is lost before, and is cancelled if this is closed before.
	 * @return the time to live; completes on the callback executor, before the listener
	 * is told anything
	 */
	public CompletableFuture<Duration> ready() {
		return this.events.ready();
	}

	/**
	 * Return which lease this is.
	 * @return the id of the lease
	 */
	public long leaseId() {
		return this.id;
	}

	/**
	 * Return the time to live as the last answer gave it.
	 * @return the time to live; empty before the first answer
	 */
	public Optional<Duration> ttl() {
		return Optional.ofNullable(this.lease.knowledge().ttl());
	}

	/**
	 * Find out how the lease is, by the clock, at this moment.
	 * <ul>
	 * <li>{@code ALIVE}: less than two thirds of the time to live have passed since the
	 * last renewal that was answered had been sent, which is when the server's own time
	 * began at the earliest.
	 * <li>{@code SUSPECT}: that much time has passed, though renewals are sent after one
	 * third; or nothing was answered yet; or the time of day says that the time to live
	 * is over, while the monotonic clock does not, as after the machine has slept. A new
	 * answer ends it.
	 * <li>{@code LOST}: the time to live is over, the server does not know the lease, or
	 * nobody renews it any more. That is for ever.
	 * </ul>
	 * @return the state
	 */
	public LeaseState state() {
		LeaseLoss lost = this.loss;
		if (lost != null) {
			return LeaseState.lost(lost);
		}
		Timer timer = this.keepAlives.transport().timer();
		LeaseState state = this.lease.state(timer.nanoTime(), timer.currentTimeMillis());
		LeaseLoss found = state.loss();
		if (found == null) {
			return state;
		}
		if (end(found)) {
			this.events.lost(found);
			this.keepAlives.remove(this);
		}
		LeaseLoss first = this.loss;
		return (first != null) ? LeaseState.lost(first) : state;
	}

	/**
	 * Whether the server may have ended the lease by now: the time to live is over by the
	 * monotonic clock or by the time of day, which goes on while the machine sleeps. What
	 * lives on the lease may be somebody else's then.
	 * @return whether the lease is lost, or may be; {@code false} is for certain, as far
	 * as clocks run alike
	 */
	public boolean mayHaveExpired() {
		return state().isLost() || this.lease.knowledge().ttl() == null
				|| this.lease.knowledge().hasSlept(this.keepAlives.transport().timer().currentTimeMillis());
	}

	/**
	 * Stop renewing. The lease is not revoked: it ends when its time to live has passed,
	 * unless others renew it. The listener is told nothing more, not even
	 * {@link KeepAliveListener#onLost}; a call that runs now is not waited for. May be
	 * called from the listener, and again.
	 */
	@Override
	public void close() {
		if (this.loss == null
				&& end(new LeaseLoss(LeaseLoss.Cause.CLOSED,
						new Failure(LeaseStream.OPERATION, false, StatusCode.CANCELLED, Reason.CANCELLED,
								Outcome.NOT_APPLIED, null, 0, "the keepalive was closed", OptionalLong.empty(), null)
							.toException()))) {
			this.keepAlives.remove(this);
		}
		this.events.close();
	}

	private boolean end(LeaseLoss why) {
		return LOSS.compareAndSet(this, null, why);
	}

	@Override
	long wantedAt() {
		return this.wantedAt;
	}

	@Override
	boolean wantsAnswer() {
		return !this.events.isReady();
	}

	@Override
	boolean isOver() {
		return this.loss != null;
	}

	@Override
	void renewed(LeaseRenewal renewal, long sentAt) {
		this.events.renewed(renewal.ttl(), sentAt - this.wantedAt >= 0);
	}

	@Override
	void suspect() {
		this.events.suspect();
	}

	@Override
	void connected() {
		// Only an answer says that the lease lives.
	}

	@Override
	void disconnected(Failure failure, int attempts) {
		if (this.maxRetries >= 0 && attempts > this.maxRetries) {
			lost(new LeaseLoss(LeaseLoss.Cause.FAILED, failure.toException()), failure);
		}
	}

	@Override
	void lost(LeaseLoss why, @Nullable Failure failure) {
		if (end(why)) {
			this.events.lost(why);
		}
	}

	@Override
	public String toString() {
		return "KeepAlive[" + Long.toHexString(this.id) + "]";
	}

}
