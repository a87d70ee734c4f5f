/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.lease.LeaseState;
import io.github.etcdspring.client.transport.SerialTasks;

/**
 * A lease that is kept alive, and what hangs on it: keys, locks and leadership. It all
 * ends with the process, at the latest when the time to live is over.
 * <p>
 * If the lease is lost, because nothing was heard of the cluster for too long or somebody
 * revoked it, whatever was held is lost and told so, with the cause and before anybody
 * else can hold it. The session then gets a new lease as soon as it can and puts its keys
 * back; locks and leadership have to be asked for again.
 * <p>
 * Thread-safe. Callbacks run on the client's callback executor.
 *
 * @since 0.1.0
 */
public final class Session implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Session.class);

	/** A lease that is lost sooner is not replaced at once for ever. */
	private static final long SHORT_LIFE_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final SessionServices services;

	private final Duration ttl;

	private final SerialTasks callbacks;

	private final Places<LockQueue> locks = new Places<>();

	private final Places<Candidacy> candidacies = new Places<>();

	private final Map<Bytes, EphemeralKey> keys = new HashMap<>();

	private final List<Consumer<LeaseLoss>> lossListeners = new ArrayList<>();

	private final List<Runnable> restoreListeners = new ArrayList<>();

	private final CompletableFuture<Void> closing = new CompletableFuture<>();

	/** Completes when no lease is asked for. */
	private CompletableFuture<Void> restoring = CompletableFuture.completedFuture(null);

	private volatile SessionLease lease;

	private volatile long leasedAt;

	private boolean closed;

	/** Leases in a row that could not be had, or were lost at once. */
	private int failures;

	Session(Sessions sessions, SessionServices services, Duration ttl, SessionLease lease) {
		this.services = services;
		this.ttl = ttl;
		this.callbacks = services.transport().serialTasks();
		this.lease = lease;
		this.leasedAt = services.nanoTime();
		sessions.opened(this);
		this.closing.whenComplete((nothing, ex) -> sessions.closed(this));
		lease.onLoss(this::lost);
	}

	/**
	 * Return the id of the lease that the session has now.
	 * @return the id
	 */
	public long leaseId() {
		return this.lease.id();
	}

	/**
	 * Find out how the lease is, by the clock, at this moment.
	 * @return the state
	 */
	public LeaseState state() {
		return this.lease.state();
	}

	/**
	 * Tell when a lease of the session is lost; not if the session is closed. Called on
	 * the callback executor, so perhaps late: {@link #state()} is what to ask.
	 * @param listener is told why
	 */
	public void onLost(Consumer<LeaseLoss> listener) {
		synchronized (this.keys) {
			this.lossListeners.add(Arguments.notNull(listener, "listener"));
		}
	}

	/**
	 * Tell when the session has a new lease after a loss.
	 * @param listener is told on the callback executor
	 */
	public void onRestored(Runnable listener) {
		synchronized (this.keys) {
			this.restoreListeners.add(Arguments.notNull(listener, "listener"));
		}
	}

	/**
	 * Return a lock. All clients that use a lock of the same name exclude each other,
	 * those in other languages and etcd's own lock service included. Whoever asks in this
	 * session shares it.
	 * @param name the name, which begins the key that the lock is made of
	 * @return the lock
	 * @throws IllegalArgumentException if the name is empty
	 */
	public SessionLock lock(String name) {
		return lock(Bytes.utf8(name));
	}

	/**
	 * Return a lock, as {@link #lock(String)} does.
	 * @param name the name
	 * @return the lock
	 * @throws IllegalArgumentException if the name is empty
	 */
	public SessionLock lock(Bytes name) {
		checkName(name);
		return new SessionLock(this.services, this.locks.get(name, (key) -> new LockQueue(this, key)));
	}

	/**
	 * Return an election: of all candidates of the same name one leads at a time. Uses
	 * the keys of etcd's own clients and election service.
	 * @param name the name, which begins the keys of the candidates
	 * @return the election
	 * @throws IllegalArgumentException if the name is empty
	 */
	public Election election(String name) {
		return election(Bytes.utf8(name));
	}

	/**
	 * Return an election, as {@link #election(String)} does.
	 * @param name the name
	 * @return the election
	 * @throws IllegalArgumentException if the name is empty
	 */
	public Election election(Bytes name) {
		checkName(name);
		return new Election(this, name, this.candidacies.get(name, (key) -> new Candidacy(this, key)));
	}

	private static void checkName(Bytes name) {
		if (name.isEmpty()) {
			throw new IllegalArgumentException("'name' must not be empty, because it begins the keys");
		}
	}

	/**
	 * Write a key that is there as long as the session is: it goes with the lease, and
	 * comes back when the session gets a new one. A key that is there already is
	 * overwritten.
	 * @param key the key
	 * @param value its value
	 * @return the request
	 */
	public RegisterRequest register(String key, String value) {
		return register(Bytes.utf8(key), Bytes.utf8(value));
	}

	/**
	 * Write a key that is there as long as the session is, as
	 * {@link #register(String, String)} does.
	 * @param key the key
	 * @param value its value
	 * @return the request
	 */
	public RegisterRequest register(Bytes key, Bytes value) {
		if (key.isEmpty()) {
			throw new IllegalArgumentException("'key' must not be empty");
		}
		return new RegisterRequest(this, key, value);
	}

	SessionServices services() {
		return this.services;
	}

	SessionLease lease() {
		return this.lease;
	}

	/**
	 * Remember a key that was written.
	 * @param key the key
	 */
	void registered(EphemeralKey key) {
		synchronized (this.keys) {
			this.keys.put(key.key(), key);
		}
	}

	/**
	 * Forget a key.
	 * @param key the key
	 * @return whether it was remembered, and not written anew by somebody else since
	 */
	boolean unregistered(EphemeralKey key) {
		synchronized (this.keys) {
			return this.keys.remove(key.key(), key);
		}
	}

	boolean isRegistered(Bytes key) {
		synchronized (this.keys) {
			return this.keys.containsKey(key);
		}
	}

	boolean isRegistered(EphemeralKey key) {
		synchronized (this.keys) {
			return !this.closed && this.keys.get(key.key()) == key;
		}
	}

	private void lost(LeaseLoss loss) {
		List<Consumer<LeaseLoss>> told;
		synchronized (this.keys) {
			if (this.closed) {
				return;
			}
			if (loss.cause() == LeaseLoss.Cause.CLOSED) {
				// With the client.
				this.closed = true;
			}
			told = List.copyOf(this.lossListeners);
		}
		told.forEach((listener) -> this.callbacks.execute(() -> listener.accept(loss)));
		if (loss.cause() == LeaseLoss.Cause.CLOSED) {
			this.closing.complete(null);
		}
		else {
			logger.warn("The lease {} of a session is lost: {}; a new one is asked for: {}",
					Long.toHexString(this.lease.id()), loss.cause(), loss.failure().getMessage());
			if (loss.cause() == LeaseLoss.Cause.FAILED) {
				// Nobody renews it any more; it need not hold its keys until it ends.
				forget(this.lease);
			}
			// Who grants leases but does not renew them is not asked in a loop.
			boolean lived = this.services.nanoTime() - this.leasedAt >= SHORT_LIFE_NANOS;
			this.failures = lived ? 1 : this.failures + 1;
			restoreAfter(this.services.transport().pauseAfter(this.failures));
		}
	}

	private void restore() {
		CompletableFuture<Void> asking = new CompletableFuture<>();
		synchronized (this.keys) {
			if (this.closed) {
				return;
			}
			this.restoring = asking;
		}
		SessionRequest.grant(this.services, this.ttl, null).whenComplete((granted, ex) -> {
			if (ex == null) {
				restored(granted).whenComplete((nothing, failure) -> asking.complete(null));
				return;
			}
			asking.complete(null);
			if (Contender.cause(ex).reason() != Reason.CLOSED) {
				logger.debug("A session could not get a new lease yet", ex);
				this.failures++;
				restoreAfter(this.services.transport().pauseAfter(this.failures));
			}
		});
	}

	private void restoreAfter(long pauseNanos) {
		if (pauseNanos == 0) {
			restore();
		}
		else {
			this.services.schedule(pauseNanos, this::restore);
		}
	}

	private void forget(SessionLease lost) {
		this.services.leases().revoke(lost.id()).async().exceptionally((ex) -> {
			logger.debug("A lease that nobody renews could not be revoked; it ends by itself", ex);
			return null;
		});
	}

	private CompletableFuture<Void> restored(SessionLease granted) {
		List<EphemeralKey> registered;
		List<Runnable> told;
		boolean tooLate;
		synchronized (this.keys) {
			tooLate = this.closed;
			if (!tooLate) {
				this.lease = granted;
				this.leasedAt = this.services.nanoTime();
			}
			told = List.copyOf(this.restoreListeners);
			registered = List.copyOf(this.keys.values());
		}
		if (tooLate) {
			return revoke(granted);
		}
		logger.info("A session has a new lease, {}", Long.toHexString(granted.id()));
		granted.onLoss(this::lost);
		registered.forEach((key) -> key.write(granted));
		told.forEach(this.callbacks::execute);
		return CompletableFuture.completedFuture(null);
	}

	/**
	 * Close the session: its lease is revoked and its keys with it, whatever waits for a
	 * lock or leads an election is told that it has none. Waits for the server, but not
	 * longer than the time to live, when the lease ends by itself; and not on a network
	 * thread. Never throws. Called again it does nothing.
	 */
	@Override
	public void close() {
		SessionServices.awaitClosed(closeAsync(), this.ttl,
				"The lease of a session was not revoked in time; it ends by itself");
	}

	/**
	 * Close the session, without waiting.
	 * @return completes when the server has revoked the lease, or that has failed
	 */
	public CompletableFuture<Void> closeAsync() {
		return close(StatusCode.FAILED_PRECONDITION, Reason.SESSION_LOST, "the session is closed");
	}

	/**
	 * Close the session because its client is closed.
	 * @return as {@link #closeAsync()}
	 */
	CompletableFuture<Void> closeWithClient() {
		return close(StatusCode.CANCELLED, Reason.CLOSED, "the client is closed");
	}

	private CompletableFuture<Void> close(StatusCode status, Reason reason, String detail) {
		SessionLease last;
		CompletableFuture<Void> next;
		synchronized (this.keys) {
			if (this.closed) {
				return this.closing.copy();
			}
			this.closed = true;
			last = this.lease;
			next = this.restoring;
			this.keys.clear();
		}
		last.close();
		// Before the keys go: who watches them must not take that for the work of others.
		last.lost(new LeaseLoss(LeaseLoss.Cause.CLOSED,
				Failure.ofWrite("session", status, reason, Outcome.NOT_APPLIED).withDetail(detail).toException()));
		CompletableFuture.allOf(revoke(last), next).whenComplete((nothing, ex) -> this.closing.complete(null));
		return this.closing.copy();
	}

	private CompletableFuture<Void> revoke(SessionLease last) {
		last.close();
		return this.services.leases().revoke(last.id()).async().handle((header, ex) -> {
			if (ex != null && Contender.cause(ex).reason() != Reason.LEASE_NOT_FOUND) {
				logger.debug("The lease of a session could not be revoked; it ends by itself", ex);
			}
			return null;
		});
	}

	@Override
	public String toString() {
		return "Session[lease=" + Long.toHexString(this.lease.id()) + "]";
	}

}
