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

	/** Those whose leases are not revoked yet. */
	private final Set<Session> open = Collections.synchronizedSet(new LinkedHashSet<>());

	/** Completes when the first lease of a session is there, or will not be. */
	private final Set<CompletableFuture<?>> beginning = Collections.synchronizedSet(new LinkedHashSet<>());

	private volatile boolean closed;

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
	 * A session begins: it may have a lease before anybody knows.
	 * @return to be completed when the session is open, or will not be
	 */
	CompletableFuture<Void> begin() {
		CompletableFuture<Void> begun = new CompletableFuture<>();
		this.beginning.add(begun);
		begun.whenComplete((nothing, ex) -> this.beginning.remove(begun));
		return begun;
	}

	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Close all sessions, because their client is closed. What they hold should be free
	 * at once, and not only after their time to live.
	 * @return completes when the leases are revoked, also those of sessions that were
	 * closed before, or that has failed
	 */
	public CompletableFuture<Void> closeAsync() {
		this.closed = true;
		CompletableFuture<Void> late = CompletableFuture
			.allOf(List.copyOf(this.beginning).toArray(CompletableFuture<?>[]::new))
			.thenCompose((nothing) -> closeOpen());
		return CompletableFuture.allOf(closeOpen(), late);
	}

	/**
	 * Return how many leases of sessions are not known to be revoked.
	 * @return the number
	 */
	public int unrevoked() {
		return this.open.size();
	}

	private CompletableFuture<Void> closeOpen() {
		return CompletableFuture
			.allOf(List.copyOf(this.open).stream().map(Session::closeWithClient).toArray(CompletableFuture<?>[]::new));
	}

}
