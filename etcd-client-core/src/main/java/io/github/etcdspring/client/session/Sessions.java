/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.lease.Leases;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.watch.Watches;

/**
 * The sessions of a client. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Sessions {

	private final SessionServices services;

	private final Set<Session> open = Collections.synchronizedSet(new LinkedHashSet<>());

	/**
	 * Create the service. Applications get sessions from the client.
	 * @param transport the client's engine
	 * @param kv the key-value service
	 * @param leases the lease service
	 * @param watches the watch service
	 */
	public Sessions(Transport transport, Kv kv, Leases leases, Watches watches) {
		this.services = new SessionServices(transport, kv, leases, watches);
	}

	/**
	 * Begin a session.
	 * @param ttl how long the session lives when nothing is heard of it, positive;
	 * rounded up to whole seconds, and the server may make it longer
	 * @return the request
	 * @throws IllegalArgumentException if the time to live is not positive
	 */
	public SessionRequest session(Duration ttl) {
		if (ttl == null || ttl.isZero() || ttl.isNegative()) {
			throw new IllegalArgumentException("'ttl' must be positive but was " + ttl);
		}
		return new SessionRequest(this, this.services, ttl);
	}

	void opened(Session session) {
		this.open.add(session);
	}

	void closed(Session session) {
		this.open.remove(session);
	}

	/**
	 * Close all sessions, and wait for it a little: what they hold should be free at
	 * once, and not only after their time to live.
	 * @param timeout how long to wait
	 */
	public void close(Duration timeout) {
		CompletableFuture<?>[] closing = List.copyOf(this.open)
			.stream()
			.map(Session::closeAsync)
			.toArray(CompletableFuture<?>[]::new);
		SessionServices.awaitClosed(CompletableFuture.allOf(closing), timeout,
				"The leases of some sessions were not revoked in time; they end by themselves");
	}

}
