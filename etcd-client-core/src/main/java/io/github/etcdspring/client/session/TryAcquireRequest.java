/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.transport.PendingRequest;

/**
 * Asks for a lock without waiting for others to release it.
 *
 * @since 0.1.0
 */
public final class TryAcquireRequest extends PendingRequest<TryAcquireRequest, Optional<HeldLock>> {

	private final SessionServices services;

	private final LockQueue queue;

	TryAcquireRequest(SessionServices services, LockQueue queue) {
		super("lock", true);
		this.services = services;
		this.queue = queue;
	}

	@Override
	protected CompletableFuture<Optional<HeldLock>> begin(@Nullable Duration timeout) {
		var waiting = this.queue.acquire(false);
		this.services.limit(waiting, (timeout != null) ? timeout : this.services.transport().timeout(),
				LockQueue::notInTime);
		return this.services.dependent(waiting, (lock) -> lock, (lock) -> lock.ifPresent(HeldLock::closeAsync));
	}

	@Override
	protected TryAcquireRequest self() {
		return this;
	}

}
