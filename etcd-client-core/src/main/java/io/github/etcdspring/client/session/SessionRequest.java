/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.lease.KeepAliveRequest;
import io.github.etcdspring.client.transport.PendingRequest;
import io.github.etcdspring.client.transport.Timer;

/**
 * Begins a session: a lease that is kept alive.
 *
 * @since 0.1.0
 */
public final class SessionRequest extends PendingRequest<SessionRequest, Session> {

	private final Sessions sessions;

	private final SessionServices services;

	private final Duration ttl;

	private long adopted;

	SessionRequest(Sessions sessions, SessionServices services, Duration ttl) {
		super("session", true);
		this.sessions = sessions;
		this.services = services;
		this.ttl = ttl;
	}

	/**
	 * Take over a lease that is there, for instance that of the same application before
	 * it was restarted, with all its keys, locks and leadership. It must be the only
	 * session with this lease. Closing the session revokes it.
	 * @param id the id of the lease
	 * @return this request
	 * @throws IllegalArgumentException if the id is 0
	 */
	public SessionRequest lease(long id) {
		if (id == 0) {
			throw new IllegalArgumentException(
					"'id' must not be 0, which means no lease; leave it out to get a new one");
		}
		this.adopted = id;
		return this;
	}

	@Override
	protected CompletableFuture<Session> begin(@Nullable Duration timeout) {
		CompletableFuture<Session> result = new CompletableFuture<>();
		CompletableFuture<Void> begun = this.sessions.begin();
		if (this.sessions.isClosed()) {
			// Whoever closes may have looked already at those that begin.
			begun.complete(null);
			result.completeExceptionally(closed());
			return result;
		}
		CompletableFuture<SessionLease> beginning = (this.adopted != 0) ? adopt(this.services, this.adopted, timeout)
				: grant(this.services, this.ttl, timeout);
		beginning.whenComplete((lease, ex) -> {
			if (ex != null) {
				begun.complete(null);
				result.completeExceptionally(Contender.cause(ex));
				return;
			}
			Session session = new Session(this.sessions, this.services, this.ttl, lease);
			begun.complete(null);
			if (this.sessions.isClosed()) {
				session.closeWithClient();
				result.completeExceptionally(closed());
			}
			else if (!result.complete(session)) {
				session.closeAsync();
			}
		});
		return result;
	}

	private static EtcdException closed() {
		return Failure.ofWrite("session", StatusCode.CANCELLED, Reason.CLOSED, Outcome.NOT_APPLIED)
			.withDetail("the client is closed")
			.toException();
	}

	/**
	 * Get a lease.
	 * @param services the services to use
	 * @param ttl the time to live
	 * @param timeout how long it may take, or {@code null} for the client's timeout
	 * @return the lease, kept alive
	 */
	static CompletableFuture<SessionLease> grant(SessionServices services, Duration ttl, @Nullable Duration timeout) {
		long sentAt = services.nanoTime();
		var request = services.leases().grant(ttl);
		if (timeout != null) {
			request.timeout(timeout);
		}
		return request.async().thenCompose((granted) -> {
			long age = services.nanoTime() - sentAt;
			if (age < Timer.nanos(granted.ttl()) / 2) {
				return CompletableFuture.completedFuture(
						SessionLease.keep(services.leases().keepAlive(granted.id()).grantedAt(sentAt, granted.ttl())));
			}
			// It may have been granted long after it was first asked for: its time is not
			// known.
			return adopt(services, granted.id(), timeout).whenComplete((lease, ex) -> {
				if (ex != null) {
					services.leases().revoke(granted.id()).async();
				}
			});
		});
	}

	private static CompletableFuture<SessionLease> adopt(SessionServices services, long id,
			@Nullable Duration timeout) {
		long sentAt = services.nanoTime();
		var request = services.leases().keepAliveOnce(id);
		if (timeout != null) {
			request.timeout(timeout);
		}
		return request.async().thenApply((renewal) -> {
			KeepAliveRequest keepAlive = services.leases().keepAlive(id).grantedAt(sentAt, renewal.ttl());
			return SessionLease.keep(keepAlive);
		});
	}

	@Override
	protected SessionRequest self() {
		return this;
	}

}
