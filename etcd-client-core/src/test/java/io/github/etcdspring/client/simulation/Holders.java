/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.lease.LeaseState;

/**
 * Who believes at this moment to hold a lock or to lead, and to have a lease; and whether
 * that is so. It is asked whenever the truth changes.
 */
final class Holders {

	private final Map<Long, Supplier<@Nullable LeaseState>> leases = new LinkedHashMap<>();

	private final List<Held> held = new ArrayList<>();

	private final Set<Long> disowned = new HashSet<>();

	private final Map<String, Integer> wanted = new HashMap<>();

	private final LongSupplier time;

	/** How long more than one wanted the same. */
	private long contended;

	private long counted;

	private final Consumer<String> complaints;

	Holders(LongSupplier time, Consumer<String> complaints) {
		this.time = time;
		this.complaints = complaints;
	}

	void wants(String queue) {
		count();
		this.wanted.merge(queue, 1, Integer::sum);
	}

	void wantsNoMore(String queue) {
		count();
		this.wanted.merge(queue, -1, Integer::sum);
	}

	private void count() {
		long now = this.time.getAsLong();
		if (this.wanted.values().stream().anyMatch((number) -> number > 1)) {
			this.contended += now - this.counted;
		}
		this.counted = now;
	}

	/**
	 * Return how long more than one had or wanted the same.
	 * @return nanoseconds
	 */
	long contended() {
		return this.contended;
	}

	/**
	 * Somebody revokes a lease, and its owner may not know.
	 * @param lease the lease
	 */
	void disown(long lease) {
		this.disowned.add(lease);
		this.leases.remove(lease);
	}

	void holds(Held holder) {
		this.held.add(holder);
	}

	void lets(Held holder) {
		this.held.remove(holder);
	}

	void keeps(long lease, Supplier<@Nullable LeaseState> state) {
		this.leases.put(lease, state);
	}

	/**
	 * The server is about to end a lease because its time is up: whoever kept it must
	 * know.
	 * @param lease the lease
	 */
	void expiring(long lease) {
		Supplier<@Nullable LeaseState> keeper = this.leases.remove(lease);
		LeaseState state = (keeper != null) ? keeper.get() : null;
		if (state != null && !state.isLost()) {
			this.complaints.accept("lease " + Long.toHexString(lease) + " expires, and its keeper says " + state);
		}
	}

	/**
	 * Who holds something must be the first in its queue.
	 * @param store the truth
	 */
	void check(Store store) {
		for (Held holder : this.held) {
			if (!this.disowned.contains(holder.lease()) && holder.isHeld()
					&& owner(store, holder.prefix(), store.revision()) != holder.token()) {
				this.complaints.accept(holder.prefix() + " is held with " + holder.token() + " but belongs to "
						+ owner(store, holder.prefix(), store.revision()));
			}
		}
	}

	/**
	 * A guarded write must have been made by whoever held the guard.
	 * @param write the write, which was applied
	 * @param prefix the queue
	 * @param token the holder
	 * @param store the truth
	 */
	void checkGuarded(Write write, String prefix, long token, Store store) {
		if (write.result() == Write.Result.APPLIED && owner(store, prefix, write.revision() - 1) != token) {
			this.complaints.accept("a write of " + token + " was not kept off by " + prefix + ": " + write);
		}
	}

	private static long owner(Store store, String prefix, long revision) {
		String end = prefix.substring(0, prefix.length() - 1) + '0';
		return store.range(prefix, end, revision).stream().mapToLong(Store.Version::createRevision).min().orElse(0);
	}

	/**
	 * Somebody who holds something, as far as he knows.
	 */
	interface Held {

		/**
		 * Return the queue.
		 * @return the prefix of its keys, which ends with a slash
		 */
		String prefix();

		long lease();

		long token();

		boolean isHeld();

	}

}
