/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.kv.Compare;

/**
 * A lock that was acquired. Thread-safe.
 *
 * @since 0.1.0
 */
public final class HeldLock implements AutoCloseable {

	private final LockQueue queue;

	private final Claim claim;

	private final AtomicBoolean closed = new AtomicBoolean();

	HeldLock(LockQueue queue, Claim claim) {
		this.queue = queue;
		this.claim = claim;
	}

	/**
	 * Return the key that the lock is made of.
	 * @return the key
	 */
	public Bytes key() {
		return this.claim.key();
	}

	/**
	 * Return a number that is greater than that of everybody who had the lock before:
	 * what the lock protects can refuse a smaller one than it has seen.
	 * @return the revision that created the key of the lock
	 */
	public long fencingToken() {
		return this.claim.revision();
	}

	/**
	 * Return what lets a transaction succeed only as long as the lock is held, whatever
	 * the holder believes.
	 * @return the comparison, for {@code txn().when(...)}
	 */
	public Compare fence() {
		return this.claim.fence();
	}

	/**
	 * Whether the lock is held, by the clock at this moment: no once the lease could have
	 * expired, the lock was lost or this was closed.
	 * @return whether it is held
	 */
	public boolean isHeld() {
		return !this.closed.get() && this.claim.isHeld();
	}

	/**
	 * Tell when the lock is lost before this is closed; at once if it is lost already. It
	 * may be told late, for instance after the process has slept.
	 * @param listener is told the cause, at most once, on the client's callback executor
	 */
	public void onLost(Consumer<EtcdException> listener) {
		Arguments.notNull(listener, "listener");
		this.claim.onLost((cause) -> {
			if (!this.closed.get()) {
				listener.accept(cause);
			}
		});
	}

	/**
	 * Release the lock, unless the session has acquired it more than once. Waits until
	 * the server has done it, 5 seconds at most, and not on a network thread; goes on
	 * trying then, so that nobody waits for it longer than for the lease. Never throws.
	 * Called again it does nothing.
	 */
	@Override
	public void close() {
		SessionServices.awaitClosed(closeAsync(), SessionServices.CLOSE_TIMEOUT,
				"A lock was not released in time; it is tried again until its lease ends");
	}

	/**
	 * Release the lock without waiting.
	 * @return completes when the server has done it
	 */
	public CompletableFuture<Void> closeAsync() {
		return this.closed.compareAndSet(false, true) ? this.queue.services().told(this.queue.released(this.claim))
				: CompletableFuture.completedFuture(null);
	}

	@Override
	public String toString() {
		return "HeldLock[fencingToken=" + fencingToken() + "]";
	}

}
