/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.lease.KeepAliveRequest;
import io.github.etcdspring.client.transport.PendingRequest;

/**
 * Begins a session: a lease that is kept alive.
 *
 * @since 0.1.0
 */
public final class SessionRequest extends PendingRequest<SessionRequest, Session> {

	private static final Logger logger = LoggerFactory.getLogger(SessionRequest.class);

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
	 * Get a lease. Its id is chosen here, so that asking again after a lost answer does
	 * not leave a second one behind.
	 * @param services the services to use
	 * @param ttl the time to live
	 * @param timeout how long it may take, or {@code null} for the client's timeout
	 * @return the lease, kept alive
	 */
	static CompletableFuture<SessionLease> grant(SessionServices services, Duration ttl, @Nullable Duration timeout) {
		long id = services.transport().newId();
		long sentAt = services.nanoTime();
		var request = services.leases().grant(ttl).id(id);
		if (timeout != null) {
			request.timeout(timeout);
		}
		CompletableFuture<SessionLease> result = new CompletableFuture<>();
		request.async().whenComplete((granted, ex) -> {
			EtcdException cause = (ex != null) ? Contender.cause(ex) : null;
			if (cause == null) {
				result.complete(SessionLease.keep(services.leases().keepAlive(id).grantedAt(sentAt, granted.ttl())));
			}
			else if (cause.reason() == Reason.LEASE_EXISTS) {
				// An earlier attempt was answered, but not heard.
				adopt(services, id, timeout).whenComplete((lease, failure) -> {
					if (failure != null) {
						result.completeExceptionally(failure);
					}
					else {
						result.complete(lease);
					}
				});
			}
			else {
				if (cause.outcome() == Outcome.UNKNOWN || cause.reason() == Reason.TIMEOUT) {
					forget(services, id);
				}
				result.completeExceptionally(cause);
			}
		});
		return result;
	}

	private static void forget(SessionServices services, long id) {
		services.leases().revoke(id).async().whenComplete((header, ex) -> {
			if (ex != null) {
				logger.debug("A lease that may have been granted could not be revoked; it ends by itself", ex);
			}
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
