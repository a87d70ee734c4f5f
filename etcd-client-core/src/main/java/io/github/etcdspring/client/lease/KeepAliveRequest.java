/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.transport.Timer;

/**
 * Keeps a lease alive once it is opened. A request is mutable, for one thread at a time,
 * and can be opened as often as wanted: all keepalives of a lease share its renewals, and
 * each ends for itself.
 *
 * @since 0.1.0
 */
public final class KeepAliveRequest {

	private final KeepAlives keepAlives;

	private final long id;

	private int maxRetries;

	private LeaseKnowledge knowledge = LeaseKnowledge.NONE;

	private long grantedAt;

	KeepAliveRequest(KeepAlives keepAlives, long id) {
		this.keepAlives = keepAlives;
		this.id = checkId(id);
		this.maxRetries = keepAlives.transport().maxRetries();
	}

	static long checkId(long id) {
		if (id == 0) {
			throw new IllegalArgumentException("'id' must not be 0, which means no lease; use the id of a grant");
		}
		return id;
	}

	/**
	 * Set how many attempts in a row to connect may fail before the keepalive ends, with
	 * the one that broke counted. Each attempt asks all endpoints; after five tokens in a
	 * row that the server has refused, each further one counts, too. The default is the
	 * client's. Whatever it is, the lease is lost when its time to live is over.
	 * @param maxRetries the number; 0 ends the keepalive with its connection, -1 is
	 * without limit
	 * @return this request
	 * @throws IllegalArgumentException if it is less than -1
	 */
	public KeepAliveRequest maxRetries(int maxRetries) {
		this.maxRetries = Arguments.maxRetries(maxRetries);
		return this;
	}

	/**
	 * Say that the lease was granted just now, so that it is known to live from the start
	 * and need not be renewed at once.
	 * @param nanoTime the time of {@link System#nanoTime()} before the grant was sent:
	 * not after it was answered, because the server's time begins in between
	 * @param ttl the time to live from the answer to the grant
	 * @return this request
	 * @throws IllegalArgumentException if the time to live is not positive
	 */
	public KeepAliveRequest grantedAt(long nanoTime, Duration ttl) {
		if (ttl == null || ttl.isZero() || ttl.isNegative()) {
			throw new IllegalArgumentException("'ttl' must be positive but was " + ttl + "; use the ttl of the grant");
		}
		Timer timer = this.keepAlives.transport().timer();
		long age = Math.max(0, timer.nanoTime() - nanoTime);
		this.knowledge = LeaseKnowledge.renewed(nanoTime, timer.currentTimeMillis() - age / 1_000_000, ttl,
				Timer.nanos(ttl));
		this.grantedAt = nanoTime;
		return this;
	}

	/**
	 * Keep the lease alive without a listener; {@link KeepAlive#state()} tells how it is.
	 * @return the keepalive, which the caller closes
	 */
	public KeepAlive open() {
		return start(null);
	}

	/**
	 * Keep the lease alive, and tell a listener how it goes.
	 * @param listener the listener
	 * @return the keepalive, which the caller closes
	 */
	public KeepAlive open(KeepAliveListener listener) {
		Arguments.notNull(listener, "listener", "use open() without one");
		return start(listener);
	}

	private KeepAlive start(@Nullable KeepAliveListener listener) {
		boolean granted = !this.knowledge.isNone();
		long wantedAt = granted ? this.grantedAt : this.keepAlives.transport().timer().nanoTime();
		KeepAliveEvents events = new KeepAliveEvents(listener, this.keepAlives.transport().serialTasks(),
				this.knowledge.ttl());
		KeepAlive keepAlive = new KeepAlive(this.keepAlives, new KeptLease(this.id, this.knowledge), wantedAt,
				this.maxRetries, events);
		this.keepAlives.add(keepAlive);
		return keepAlive;
	}

}
