/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.lease;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.embedded.mvcc.LeaseKeys;
import io.github.etcdspring.embedded.time.EtcdClock;

/**
 * The leases of the server and the keys attached to them. It takes leases away, but never
 * deletes a key: who revokes a lease deletes the keys it hands back, in one revision.
 * <p>
 * All methods may be called from any thread, with the lock of the server held or not,
 * except {@link #renew(long)}. The callback for leases that ran out is never called with
 * a lock of this class held.
 *
 * @since 0.1.0
 */
public final class Lessor implements LeaseKeys, AutoCloseable {

	/** The least time to live etcd grants with its default election timeout. */
	private static final long MIN_TTL_SECONDS = 2;

	private static final long MAX_TTL_SECONDS = 9_000_000_000L;

	/** How long etcd waits before it offers a lease again that nobody revoked. */
	private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(3);

	private static final Comparator<Granted> BY_EXPIRY = Comparator.<Granted>comparingLong((lease) -> lease.offerAt)
		.thenComparingLong((lease) -> lease.number);

	private final EtcdClock clock;

	private final LongConsumer expired;

	private final Map<Long, Granted> leases = new HashMap<>();

	private final NavigableSet<Granted> byExpiry = new TreeSet<>(BY_EXPIRY);

	private long granted;

	private EtcdClock.@Nullable Cancellable alarm;

	private long alarmAt = Long.MAX_VALUE;

	private boolean stopped;

	/**
	 * Create a lessor without leases.
	 * @param clock the clock leases run out by
	 * @param expired told the id of each lease that ran out, in that order; it revokes
	 * the lease; a lease still there afterwards is told again 3 seconds later
	 */
	public Lessor(EtcdClock clock, LongConsumer expired) {
		this.clock = clock;
		this.expired = expired;
	}

	/**
	 * Grant a lease.
	 * @param id the id the client chose; zero lets the server choose a positive one
	 * @param ttl the time to live in seconds; raised to what etcd grants at least
	 * @return the lease
	 * @throws io.grpc.StatusRuntimeException if the time to live is too large, or a lease
	 * with this id exists
	 */
	public synchronized Lease grant(long id, long ttl) {
		if (ttl > MAX_TTL_SECONDS) {
			throw EtcdError.LEASE_TTL_TOO_LARGE.exception();
		}
		long chosen = (id != 0) ? id : unusedId();
		if (this.leases.containsKey(chosen)) {
			throw EtcdError.LEASE_EXISTS.exception();
		}
		Granted lease = new Granted(chosen, Math.max(ttl, MIN_TTL_SECONDS), this.granted++);
		this.leases.put(chosen, lease);
		restart(lease);
		return lease.snapshot(this.clock.nanoTime());
	}

	private long unusedId() {
		long id;
		do {
			id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
		}
		while (this.leases.containsKey(id));
		return id;
	}

	/**
	 * Take a lease away.
	 * @param id the lease
	 * @return the keys attached to it, sorted; the caller deletes them, in one revision
	 * @throws io.grpc.StatusRuntimeException if there is no such lease
	 */
	public synchronized List<ByteString> revoke(long id) {
		Granted lease = require(id);
		this.leases.remove(id);
		this.byExpiry.remove(lease);
		return lease.sortedKeys();
	}

	/**
	 * Start the time of a lease again. One that ran out but is not revoked yet is beyond
	 * that, as in etcd: it is revoked first. The caller must not hold the server's shared
	 * lock, since revoking takes the exclusive one.
	 * @param id the lease
	 * @return the time to live it has again, in seconds
	 * @throws io.grpc.StatusRuntimeException if there is no such lease, or not any more
	 */
	public long renew(long id) {
		synchronized (this) {
			Granted lease = require(id);
			if (this.stopped || lease.expiry > this.clock.nanoTime()) {
				restart(lease);
				return lease.ttl;
			}
		}
		this.expired.accept(id);
		throw EtcdError.LEASE_NOT_FOUND.exception();
	}

	private void restart(Granted lease) {
		this.byExpiry.remove(lease);
		lease.restart(this.clock.nanoTime());
		this.byExpiry.add(lease);
		setAlarm();
	}

	/**
	 * Find a lease.
	 * @param id the lease
	 * @return the lease, empty if there is none
	 */
	public synchronized Optional<Lease> find(long id) {
		return Optional.ofNullable(this.leases.get(id)).map((lease) -> lease.snapshot(this.clock.nanoTime()));
	}

	/**
	 * Return all leases, in the order in which they run out.
	 * @return the leases
	 */
	public synchronized List<Lease> list() {
		long now = this.clock.nanoTime();
		List<Lease> list = new ArrayList<>(this.byExpiry.size());
		for (Granted lease : this.byExpiry) {
			list.add(lease.snapshot(now));
		}
		return list;
	}

	/**
	 * Return the keys attached to a lease.
	 * @param id the lease
	 * @return the keys, sorted; none if there is no such lease
	 */
	public synchronized List<ByteString> keys(long id) {
		Granted lease = this.leases.get(id);
		return (lease != null) ? lease.sortedKeys() : List.of();
	}

	@Override
	public synchronized boolean exists(long lease) {
		return this.leases.containsKey(lease);
	}

	@Override
	public synchronized void attach(ByteString key, long lease) {
		require(lease).keys.add(key);
	}

	/**
	 * Detach a key from a lease; nothing happens if the lease is gone, as it is while the
	 * keys of a revoked lease are deleted.
	 */
	@Override
	public synchronized void detach(ByteString key, long lease) {
		Granted found = this.leases.get(lease);
		if (found != null) {
			found.keys.remove(key);
		}
	}

	/**
	 * Let no lease run out until {@link #resume()}, as a member does that is not the
	 * leader any more.
	 */
	public synchronized void pause() {
		this.stopped = true;
		cancelAlarm();
	}

	/**
	 * Let leases run out again, each with its full time to live from now on, as a new
	 * leader does.
	 */
	public synchronized void resume() {
		this.stopped = false;
		List.copyOf(this.byExpiry).forEach(this::restart);
	}

	/**
	 * Let no lease run out any more.
	 */
	@Override
	public void close() {
		pause();
	}

	private void cancelAlarm() {
		this.alarmAt = Long.MAX_VALUE;
		if (this.alarm != null) {
			this.alarm.cancel();
			this.alarm = null;
		}
	}

	private Granted require(long id) {
		Granted lease = this.leases.get(id);
		if (lease == null) {
			throw EtcdError.LEASE_NOT_FOUND.exception();
		}
		return lease;
	}

	/**
	 * See to it that the clock rings when the first lease runs out. An alarm that rings
	 * too early, because its lease was renewed, is left alone and sets the next: renewing
	 * thousands of leases then costs the clock nothing.
	 */
	private void setAlarm() {
		if (this.stopped || this.byExpiry.isEmpty() || this.alarmAt <= this.byExpiry.first().offerAt) {
			return;
		}
		if (this.alarm != null) {
			this.alarm.cancel();
		}
		this.alarmAt = this.byExpiry.first().offerAt;
		this.alarm = this.clock.schedule(Duration.ofNanos(this.alarmAt - this.clock.nanoTime()), this::ring);
	}

	private void ring() {
		List<Long> due;
		synchronized (this) {
			this.alarmAt = Long.MAX_VALUE;
			this.alarm = null;
			due = due();
		}
		try {
			due.forEach(this.expired::accept);
		}
		finally {
			synchronized (this) {
				due.forEach(this::postpone);
				setAlarm();
			}
		}
	}

	private List<Long> due() {
		List<Long> due = new ArrayList<>();
		long now = this.clock.nanoTime();
		for (Granted lease : this.byExpiry) {
			if (this.stopped || lease.offerAt > now) {
				break;
			}
			due.add(lease.id);
		}
		return due;
	}

	// offer a lease that nobody revoked again, but later
	private void postpone(long id) {
		Granted lease = this.leases.get(id);
		long now = this.clock.nanoTime();
		if (lease != null && lease.expiry <= now) {
			this.byExpiry.remove(lease);
			lease.offerAt = now + RETRY_NANOS;
			this.byExpiry.add(lease);
		}
	}

	private static final class Granted {

		private final long id;

		private final long ttl;

		private final long number;

		private final Set<ByteString> keys = new HashSet<>();

		private long expiry;

		/** When to tell that it ran out: its expiry, or later if that was in vain. */
		private long offerAt;

		Granted(long id, long ttl, long number) {
			this.id = id;
			this.ttl = ttl;
			this.number = number;
		}

		void restart(long now) {
			long left = TimeUnit.SECONDS.toNanos(this.ttl);
			this.expiry = (now > Long.MAX_VALUE - left) ? Long.MAX_VALUE : now + left;
			this.offerAt = this.expiry;
		}

		Lease snapshot(long now) {
			return new Lease(this.id, this.ttl, Math.max(0, TimeUnit.NANOSECONDS.toSeconds(this.expiry - now)));
		}

		List<ByteString> sortedKeys() {
			List<ByteString> sorted = new ArrayList<>(this.keys);
			Collections.sort(sorted, ByteString.unsignedLexicographicalComparator());
			return sorted;
		}

	}

}
