/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.kv.Compare;

/**
 * The place of a session in a queue, which is one key: whoever makes it waits until it is
 * free of the one before.
 */
abstract class Place {

	/**
	 * A write that nobody has heard of any more may still be applied: a server gives up
	 * after some seconds, but one that was frozen begins with it when it thaws.
	 */
	private static final long LIMBO_NANOS = TimeUnit.MINUTES.toNanos(5);

	private final Session session;

	private final Bytes name;

	/** Completes when the key of the one before is away. */
	private CompletableFuture<Void> free = CompletableFuture.completedFuture(null);

	private @Nullable KeyRemoval removal;

	/** With it goes the key, and what may still write it. */
	private @Nullable SessionLease unheard;

	private long unheardAt;

	Place(Session session, Bytes name) {
		this.session = session;
		this.name = name;
	}

	Session session() {
		return this.session;
	}

	SessionServices services() {
		return this.session.services();
	}

	Bytes name() {
		return this.name;
	}

	/**
	 * Queue a contender. Called with the lock, so that each waits for the one before.
	 * @param next the contender
	 * @return starts it when the key is free; to be run without the lock
	 */
	final Runnable enqueue(Contender next) {
		CompletableFuture<Void> before = this.free;
		this.free = next.gone();
		return () -> before.whenComplete((nothing, ex) -> reclaim().whenComplete((settled, failure) -> next.start()));
	}

	/**
	 * The key is there already.
	 * @param claim the claim that it belongs to
	 */
	final void occupied(Claim claim) {
		this.free = claim.over();
	}

	private CompletableFuture<Void> reclaim() {
		KeyRemoval last;
		synchronized (this) {
			last = this.removal;
			this.removal = null;
		}
		return (last != null) ? last.stop() : CompletableFuture.completedFuture(null);
	}

	/**
	 * A write of the key was not answered.
	 * @param lease the lease of the key
	 */
	final synchronized void unheard(SessionLease lease) {
		this.unheard = lease;
		this.unheardAt = services().nanoTime();
	}

	private synchronized boolean mayComeLate(SessionLease lease) {
		return this.unheard == lease && services().nanoTime() - this.unheardAt < LIMBO_NANOS;
	}

	/**
	 * Take the key away.
	 * @param lease its lease
	 * @param key the key
	 * @param revision the revision that created it, 0 if nothing was heard of it
	 * @return completes when it is away, as far as the server can be reached
	 */
	final CompletableFuture<Void> remove(SessionLease lease, Bytes key, long revision) {
		KeyRemoval begun = new KeyRemoval(services(), lease, key, () -> mayComeLate(lease));
		synchronized (this) {
			this.removal = begun;
		}
		return (revision != 0) ? begun.start(Compare.createRevision(key).isEqualTo(revision)) : begun.start();
	}

}
