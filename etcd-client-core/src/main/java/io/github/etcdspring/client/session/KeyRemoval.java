/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;

/**
 * Takes a key of a lease away, and does not give up before it is gone: by then it is
 * deleted, or its lease is lost. If the write of the key may still be applied, it looks
 * again for a while, unless the key is wanted again.
 */
final class KeyRemoval {

	private static final Logger logger = LoggerFactory.getLogger(KeyRemoval.class);

	private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

	/**
	 * A write that nobody has heard of any more may still be applied: a server gives up
	 * after 5 seconds and two elections.
	 */
	private static final long LIMBO_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final SessionServices services;

	private final SessionLease lease;

	private final Bytes key;

	private final boolean mayComeLate;

	private final CompletableFuture<Void> done = new CompletableFuture<>();

	private final long startedAt;

	private volatile boolean stopped;

	/**
	 * Create a removal.
	 * @param services the services it uses
	 * @param lease the lease of the key
	 * @param key the key
	 * @param mayComeLate whether the write of the key may still be applied
	 */
	KeyRemoval(SessionServices services, SessionLease lease, Bytes key, boolean mayComeLate) {
		this.services = services;
		this.lease = lease;
		this.key = key;
		this.mayComeLate = mayComeLate;
		this.startedAt = services.nanoTime();
	}

	/**
	 * Begin.
	 * @return completes when the server has said that the key is not there, or the lease
	 * is lost, or the client is closed
	 */
	CompletableFuture<Void> start() {
		remove();
		return this.done;
	}

	/** The key is wanted again. */
	void stop() {
		this.stopped = true;
	}

	private void remove() {
		if (this.stopped && this.done.isDone()) {
			return;
		}
		if (this.lease.state().isLost()) {
			this.done.complete(null);
			return;
		}
		this.services.kv()
			.txn()
			// Without a key the lease is 0, and there is nothing to do.
			.when(Compare.lease(this.key).isEqualTo(this.lease.id()))
			.then(Op.delete(this.key))
			.async()
			.whenComplete((answer, ex) -> {
				if (ex == null) {
					removed(answer.succeeded());
				}
				else {
					failed(Contender.cause(ex));
				}
			});
	}

	private void removed(boolean wasThere) {
		this.done.complete(null);
		if (this.mayComeLate && !wasThere && this.services.nanoTime() - this.startedAt < LIMBO_NANOS) {
			this.services.schedule(PAUSE_NANOS, this::remove);
		}
	}

	private void failed(EtcdException cause) {
		if (cause.reason() == Reason.CLOSED) {
			this.done.complete(null);
			return;
		}
		logger.debug("The key of a lock or election could not be removed; tried again", cause);
		this.services.schedule(PAUSE_NANOS, this::remove);
	}

}
