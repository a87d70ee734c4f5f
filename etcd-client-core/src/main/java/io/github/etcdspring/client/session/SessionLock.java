/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

/**
 * A lock that only one session has at a time. Made by {@link Session#lock(String)};
 * thread-safe.
 * <p>
 * A lock that lives on a lease cannot stop a process that sleeps: when it wakes up,
 * somebody else may have the lock. What must not happen twice belongs into a transaction
 * with {@link HeldLock#fence()}, or is checked with {@link HeldLock#fencingToken()} where
 * it happens.
 *
 * @since 0.1.0
 */
public final class SessionLock {

	private final SessionServices services;

	private final LockQueue queue;

	SessionLock(SessionServices services, LockQueue queue) {
		this.services = services;
		this.queue = queue;
	}

	/**
	 * Get the lock, waiting for it if need be: for ever, unless there is a timeout. The
	 * session has it as often as it is acquired; it is free when all of them are closed.
	 * @return the request; its exception is a
	 * {@link io.github.etcdspring.client.error.SessionLostException SessionLostException}
	 * if the session loses its lease meanwhile
	 */
	public AcquireRequest acquire() {
		return new AcquireRequest(this.services, this.queue);
	}

	/**
	 * Get the lock if nobody else has it.
	 * @return the request
	 */
	public TryAcquireRequest tryAcquire() {
		return new TryAcquireRequest(this.services, this.queue);
	}

}
