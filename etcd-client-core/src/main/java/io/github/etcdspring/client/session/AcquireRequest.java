/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.transport.PendingRequest;

/**
 * Waits for a lock. Whatever ends the waiting, a timeout, an interruption or cancelling
 * the future, takes the session out of the queue.
 *
 * @since 0.1.0
 */
public final class AcquireRequest extends PendingRequest<AcquireRequest, HeldLock> {

	private final SessionServices services;

	private final LockQueue queue;

	AcquireRequest(SessionServices services, LockQueue queue) {
		super("lock", true);
		this.services = services;
		this.queue = queue;
	}

	@Override
	protected CompletableFuture<HeldLock> begin(@Nullable Duration timeout) {
		var waiting = this.queue.acquire(true);
		this.services.limit(waiting, timeout, LockQueue::notInTime);
		return this.services.dependent(waiting, (lock) -> lock.orElseThrow(), HeldLock::closeAsync);
	}

	@Override
	protected AcquireRequest self() {
		return this;
	}

}
