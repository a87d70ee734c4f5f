/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.lease.LeaseLoss;

/**
 * Takes a key of a lease away, and does not give up before it is gone: by then it is
 * deleted, or its lease is lost. As long as a write of the key may still be applied, it
 * looks again, unless the key is wanted again.
 * <p>
 * It deletes only what was there when it was told so, or what it has seen: a delete whose
 * answer was lost may be applied late, when the session has made the same key again.
 */
final class KeyRemoval {

	private static final Logger logger = LoggerFactory.getLogger(KeyRemoval.class);

	private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final SessionServices services;

	private final SessionLease lease;

	private final Bytes key;

	private final BooleanSupplier mayComeLate;

	private final CompletableFuture<Void> done = new CompletableFuture<>();

	private final Consumer<LeaseLoss> leaseListener = (loss) -> end();

	/** Completes when no delete is on its way. */
	private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

	private long pauseNanos = PAUSE_NANOS;

	private boolean stopped;

	/**
	 * Create a removal.
	 * @param services the services it uses
	 * @param lease the lease of the key
	 * @param key the key
	 * @param mayComeLate whether a write of the key may still be applied
	 */
	KeyRemoval(SessionServices services, SessionLease lease, Bytes key, BooleanSupplier mayComeLate) {
		this.services = services;
		this.lease = lease;
		this.key = key;
		this.mayComeLate = mayComeLate;
	}

	/**
	 * Begin with a key of which nothing is known.
	 * @return completes when the server has said that the key is not there, or the lease
	 * is lost, or the client is closed
	 */
	CompletableFuture<Void> start() {
		this.lease.onLoss(this.leaseListener);
		look();
		return this.done;
	}

	/**
	 * Begin with a key that was made.
	 * @param made what is true of the key as long as it is the one to be deleted
	 * @return completes as for {@link #start()}
	 */
	CompletableFuture<Void> start(Compare made) {
		this.lease.onLoss(this.leaseListener);
		delete(made, this::absent);
		return this.done;
	}

	/**
	 * The key is wanted again.
	 * @return completes when nothing is on its way any more that could delete it
	 */
	CompletableFuture<Void> stop() {
		CompletableFuture<Void> settled;
		synchronized (this) {
			this.stopped = true;
			settled = this.idle;
		}
		settled.whenComplete((nothing, ex) -> this.lease.forget(this.leaseListener));
		return settled;
	}

	private synchronized boolean isStopped() {
		return this.stopped;
	}

	private boolean isOver() {
		if (!isStopped() && this.lease.state().isLost()) {
			end();
		}
		return isStopped();
	}

	private void look() {
		if (isOver()) {
			return;
		}
		this.services.kv().get(this.key).async().whenComplete((answer, ex) -> {
			if (ex != null) {
				failed(Contender.cause(ex), this::look);
				return;
			}
			KeyValue found = answer.first().filter((there) -> there.lease() == this.lease.id()).orElse(null);
			if (found == null) {
				absent();
			}
			else {
				delete(Compare.modRevision(this.key).isEqualTo(found.modRevision()), this::look);
			}
		});
	}

	private void delete(Compare made, Runnable otherwise) {
		CompletableFuture<Void> deleting = new CompletableFuture<>();
		synchronized (this) {
			if (this.stopped) {
				return;
			}
			this.idle = deleting;
		}
		delete(made, otherwise, deleting);
	}

	private void delete(Compare made, Runnable otherwise, CompletableFuture<Void> deleting) {
		if (this.lease.state().isLost()) {
			deleting.complete(null);
			end();
			return;
		}
		this.services.kv()
			.txn()
			.when(made, Compare.lease(this.key).isEqualTo(this.lease.id()))
			.then(Op.delete(this.key))
			.async()
			.whenComplete((answer, ex) -> {
				if (ex != null) {
					// Also if the key is wanted again: this one may still be applied.
					failed(Contender.cause(ex), () -> delete(made, otherwise, deleting));
					return;
				}
				deleting.complete(null);
				if (answer.succeeded()) {
					absent();
				}
				else {
					otherwise.run();
				}
			});
	}

	private void absent() {
		if (!this.mayComeLate.getAsBoolean()) {
			end();
			return;
		}
		this.done.complete(null);
		long pause = this.pauseNanos;
		this.pauseNanos = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
		this.services.schedule(pause, this::look);
	}

	private void failed(EtcdException cause, Runnable step) {
		if (cause.reason() == Reason.CLOSED) {
			end();
			return;
		}
		if (cause instanceof PermissionDeniedException || cause instanceof AuthenticationException) {
			logger.warn("A key of a session may not be removed; it goes with its lease", cause);
			end();
			return;
		}
		logger.debug("A key of a session could not be removed; tried again", cause);
		this.services.schedule(PAUSE_NANOS, step);
	}

	private void end() {
		CompletableFuture<Void> settled;
		synchronized (this) {
			this.stopped = true;
			settled = this.idle;
		}
		this.lease.forget(this.leaseListener);
		settled.complete(null);
		this.done.complete(null);
	}

}
