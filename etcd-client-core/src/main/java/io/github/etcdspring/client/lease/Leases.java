/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;

import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.transport.Transport;

/**
 * etcd's leases: a lease ends when its time to live has passed without a renewal, and
 * takes the keys that are attached to it along. Thread-safe; the requests it makes are
 * for one thread each.
 *
 * @since 0.1.0
 */
public final class Leases {

	private final Transport transport;

	private final Namespace namespace;

	private final KeepAlives keepAlives;

	/**
	 * Create the service. Applications get it from the client.
	 * @param transport the client's engine
	 * @param namespace what is taken off every key
	 */
	public Leases(Transport transport, Namespace namespace) {
		this.transport = transport;
		this.namespace = namespace;
		this.keepAlives = new KeepAlives(transport);
	}

	/**
	 * Ask for a lease. The server may grant a longer time to live. The id is a random one
	 * unless the request chooses it.
	 * @param ttl the time to live, positive; rounded up to whole seconds
	 * @return the request
	 * @throws IllegalArgumentException if the time to live is not positive
	 */
	public GrantRequest grant(Duration ttl) {
		return new GrantRequest(this.transport, ttl);
	}

	/**
	 * End a lease now, and delete its keys.
	 * @param id the id of the lease
	 * @return the request
	 */
	public RevokeRequest revoke(long id) {
		return new RevokeRequest(this.transport, id);
	}

	/**
	 * Ask how long a lease has still to live, and for its keys.
	 * @param id the id of the lease
	 * @return the request
	 */
	public TimeToLiveRequest timeToLive(long id) {
		return new TimeToLiveRequest(this.transport, this.namespace, id);
	}

	/**
	 * List the leases of the cluster.
	 * @return the request
	 */
	public LeaseListRequest list() {
		return new LeaseListRequest(this.transport);
	}

	/**
	 * Keep a lease alive: renew it whenever a third of its time to live has passed. All
	 * leases of a client are renewed on one stream.
	 * @param id the id of the lease
	 * @return the request
	 * @throws IllegalArgumentException if the id is 0
	 */
	public KeepAliveRequest keepAlive(long id) {
		return new KeepAliveRequest(this.keepAlives, id);
	}

	/**
	 * Renew a lease once. A lease that does not exist is a
	 * {@link io.github.etcdspring.client.error.LeaseNotFoundException
	 * LeaseNotFoundException}. Sent again when the connection breaks: a second renewal
	 * does no harm.
	 * @param id the id of the lease
	 * @return the request
	 * @throws IllegalArgumentException if the id is 0
	 */
	public KeepAliveOnceRequest keepAliveOnce(long id) {
		return new KeepAliveOnceRequest(this.keepAlives, id);
	}

}
