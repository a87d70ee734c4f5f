/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;

/**
 * A key that is there as long as its session is. Thread-safe.
 *
 * @since 0.1.0
 */
public final class EphemeralKey implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(EphemeralKey.class);

	private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long CLOSE_SECONDS = 5;

	private final Session session;

	private final Bytes key;

	private final Bytes value;

	EphemeralKey(Session session, Bytes key, Bytes value) {
		this.session = session;
		this.key = key;
		this.value = value;
	}

	/**
	 * Return the key.
	 * @return the key
	 */
	public Bytes key() {
		return this.key;
	}

	/**
	 * Put the key back, until it is there or its lease is gone, too.
	 * @param lease the new lease of the session
	 */
	void write(SessionLease lease) {
		if (!this.session.isRegistered(this) || lease.state().isLost()) {
			return;
		}
		SessionServices services = this.session.services();
		services.kv().put(this.key, this.value).lease(lease.id()).async().whenComplete((answer, ex) -> {
			if (ex == null) {
				if (!this.session.isRegistered(this)) {
					remove();
				}
				return;
			}
			EtcdException cause = Contender.cause(ex);
			if (cause.reason() != Reason.CLOSED && cause.reason() != Reason.LEASE_NOT_FOUND) {
				logger.debug("A key of a session could not be put back yet", cause);
				services.schedule(PAUSE_NANOS, () -> write(lease));
			}
		});
	}

	/**
	 * Delete the key, if it is still that of the session. Waits until the server has done
	 * it, 5 seconds at most, and not on a network thread; goes on trying then. Never
	 * throws.
	 */
	@Override
	public void close() {
		CompletableFuture<Void> done = closeAsync();
		if (!SessionServices.mayWait()) {
			return;
		}
		try {
			done.get(CLOSE_SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (TimeoutException | ExecutionException ex) {
			logger.debug("A key of a session was not deleted in time; it is tried again until its lease ends", ex);
		}
	}

	/**
	 * Delete the key without waiting.
	 * @return completes when the server has done it
	 */
	public CompletableFuture<Void> closeAsync() {
		this.session.unregistered(this);
		return remove();
	}

	private CompletableFuture<Void> remove() {
		return new KeyRemoval(this.session.services(), this.session.lease(), this.key, false).start();
	}

}
