/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

/**
 * The leases of the cluster, whose time the leader keeps: without a leader none expires,
 * and a new one gives all of them their whole time again.
 */
final class LeaseKeeper {

	private static final long SHORTEST_SECONDS = 2;

	private final VirtualTime time;

	private final Chance chance;

	private final Cluster cluster;

	private final Map<Long, Lease> leases = new TreeMap<>();

	/** Is told when a lease is about to be ended because its time is up. */
	private LongConsumer expiring = (id) -> {
	};

	/** Is told when a renewal comes. */
	private LongConsumer renewing = (id) -> {
	};

	LeaseKeeper(VirtualTime time, Chance chance, Cluster cluster) {
		this.time = time;
		this.chance = chance;
		this.cluster = cluster;
	}

	void beforeExpiry(LongConsumer listener) {
		this.expiring = listener;
	}

	void onRenewal(LongConsumer listener) {
		this.renewing = listener;
	}

	boolean exists(long id) {
		return this.leases.containsKey(id);
	}

	/**
	 * Return the whole time of a lease.
	 * @param id the id
	 * @return the seconds, 0 if there is no such lease
	 */
	long granted(long id) {
		Lease lease = this.leases.get(id);
		return (lease != null) ? lease.ttl : 0;
	}

	/**
	 * Return what is left of a lease.
	 * @param id the id
	 * @return the seconds, -1 if there is no such lease
	 */
	long remaining(long id) {
		Lease lease = this.leases.get(id);
		return (lease != null) ? Math.floorDiv(lease.expiry - this.time.now(), 1_000_000_000L) : -1;
	}

	/**
	 * Make a lease.
	 * @param id the id
	 * @param ttl the seconds that are asked for
	 * @return the seconds that are given, 0 if there is such a lease
	 */
	long grant(long id, long ttl) {
		if (exists(id)) {
			return 0;
		}
		Lease lease = new Lease(id, Math.max(ttl, SHORTEST_SECONDS));
		this.leases.put(id, lease);
		extend(lease);
		return lease.ttl;
	}

	/**
	 * Give a lease its whole time again.
	 * @param id the id
	 * @return the seconds, 0 if there is no such lease
	 */
	long renew(long id) {
		this.renewing.accept(id);
		Lease lease = this.leases.get(id);
		if (lease == null || lease.expiry <= this.time.now()) {
			return 0;
		}
		extend(lease);
		return lease.ttl;
	}

	private void extend(Lease lease) {
		lease.expiry = this.time.now() + lease.ttl * 1_000_000_000L;
		schedule(lease, lease.expiry + this.chance.millis(0, 600));
	}

	private void schedule(Lease lease, long at) {
		if (lease.event != null) {
			lease.event.cancel();
		}
		lease.event = this.time.at(at, () -> {
			if (this.cluster.leader() != null && this.leases.containsKey(lease.id)) {
				this.time.note("lease %x expires", lease.id);
				this.expiring.accept(lease.id);
				this.cluster.commit(() -> revoke(lease.id));
			}
		});
	}

	/** There is a new leader. */
	void promote() {
		this.leases.values().forEach(this::extend);
	}

	/**
	 * End a lease and delete its keys.
	 * @param id the id
	 */
	void revoke(long id) {
		Lease lease = this.leases.remove(id);
		if (lease != null) {
			if (lease.event != null) {
				lease.event.cancel();
			}
			Store store = this.cluster.store();
			for (String key : List.copyOf(lease.keys)) {
				Store.Version found = store.find(key, store.uncommitted());
				if (found != null) {
					store.delete(found);
				}
			}
		}
	}

	void attach(long id, String key) {
		Lease lease = this.leases.get(id);
		if (lease != null) {
			lease.keys.add(key);
		}
	}

	void detach(long id, String key) {
		Lease lease = this.leases.get(id);
		if (lease != null) {
			lease.keys.remove(key);
		}
	}

	private static final class Lease {

		private final long id;

		private final long ttl;

		private final Set<String> keys = new LinkedHashSet<>();

		private long expiry;

		private VirtualTime.@Nullable Event event;

		Lease(long id, long ttl) {
			this.id = id;
			this.ttl = ttl;
		}

	}

}
