/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.PutRequest;
import io.github.etcdspring.client.kv.PutResult;

/**
 * A key that is there as long as its session is. Thread-safe.
 *
 * @since 0.1.0
 */
public final class EphemeralKey implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(EphemeralKey.class);

	private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** As long as a write that nobody has heard of may still be applied. */
	private static final long LIMBO_NANOS = TimeUnit.MINUTES.toNanos(5);

	private final Session session;

	private final Bytes key;

	private final Bytes value;

	/** The revision that wrote it last. */
	private long revision;

	private boolean unheard;

	private long unheardAt;

	/** Completes when no write is on its way. */
	private CompletableFuture<?> writing = CompletableFuture.completedFuture(null);

	private CompletableFuture<Void> removal = CompletableFuture.completedFuture(null);

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
		write(services.kv().put(this.key, this.value).lease(lease.id()), (cause) -> {
			if (cause instanceof PermissionDeniedException || cause instanceof AuthenticationException) {
				logger.warn("A key of a session may not be put back", cause);
			}
			else if (cause.reason() != Reason.CLOSED && cause.reason() != Reason.LEASE_NOT_FOUND) {
				logger.debug("A key of a session could not be put back yet", cause);
				services.schedule(PAUSE_NANOS, () -> write(lease));
			}
		});
	}

	/**
	 * Write the key, and remember what came of it.
	 * @param put writes it
	 * @param failed is told why it failed, if so, when that is remembered
	 * @return the answer
	 */
	CompletableFuture<PutResult> write(PutRequest put, Consumer<EtcdException> failed) {
		CompletableFuture<Void> ended = new CompletableFuture<>();
		synchronized (this) {
			this.writing = CompletableFuture.allOf(this.writing, ended);
		}
		CompletableFuture<PutResult> answered = put.async();
		answered.whenComplete((answer, ex) -> {
			synchronized (this) {
				if (ex == null) {
					this.revision = Math.max(this.revision, answer.revision());
				}
				else if (!(ex instanceof EtcdException cause) || cause.outcome() == Outcome.UNKNOWN) {
					this.unheard = true;
					this.unheardAt = this.session.services().nanoTime();
				}
			}
			ended.complete(null);
			if (ex != null) {
				failed.accept(Contender.cause(ex));
			}
		});
		return answered;
	}

	/** It was not registered after all; perhaps it was written. */
	void discard() {
		if (mayComeLate()) {
			remove();
		}
	}

	/**
	 * Delete the key, if it is still as the session has written it. Waits until the
	 * server has done it, 5 seconds at most, and not on a network thread; goes on trying
	 * then. Never throws.
	 */
	@Override
	public void close() {
		SessionServices.awaitClosed(closeAsync(), SessionServices.CLOSE_TIMEOUT,
				"A key of a session was not deleted in time; it is tried again until its lease ends");
	}

	/**
	 * Delete the key without waiting.
	 * @return completes when the server has done it
	 */
	public CompletableFuture<Void> closeAsync() {
		CompletableFuture<Void> removing;
		synchronized (this) {
			if (this.session.unregistered(this)) {
				this.removal = this.writing.handle((nothing, ex) -> nothing).thenCompose((nothing) -> remove());
			}
			removing = this.removal;
		}
		return this.session.services().told(removing);
	}

	private CompletableFuture<Void> remove() {
		KeyRemoval begun = new KeyRemoval(this.session.services(), this.session.lease(), this.key, this::mayComeLate);
		if (mayComeLate()) {
			return begun.start();
		}
		synchronized (this) {
			// Not what the session has written there since.
			return begun.start(Compare.modRevision(this.key).isLessThan(this.revision + 1));
		}
	}

	private boolean mayComeLate() {
		if (this.session.isRegistered(this.key)) {
			// What comes late is as good as what is there.
			return false;
		}
		synchronized (this) {
			return this.unheard && this.session.services().nanoTime() - this.unheardAt < LIMBO_NANOS;
		}
	}

}
