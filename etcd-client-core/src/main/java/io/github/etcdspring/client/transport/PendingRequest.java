/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;

/**
 * A request that is more than calls: something is waited for in between, and cancelling
 * the future undoes what was begun.
 *
 * @param <S> the type of the request
 * @param <R> the type of the result
 * @since 0.1.0
 */
public abstract class PendingRequest<S extends PendingRequest<S, R>, R> implements Request<R> {

	private final String operation;

	private final boolean changes;

	private @Nullable Duration timeout;

	/**
	 * Create a request that changes nothing.
	 * @param operation the name of the operation as it appears in exceptions
	 */
	protected PendingRequest(String operation) {
		this(operation, false);
	}

	/**
	 * Create a request.
	 * @param operation the name of the operation as it appears in exceptions
	 * @param changes whether it may have changed something when it is given up
	 */
	protected PendingRequest(String operation, boolean changes) {
		this.operation = operation;
		this.changes = changes;
	}

	/**
	 * Begin.
	 * @param timeout how long it may take as a whole, or {@code null} if the application
	 * did not say
	 * @return completes on the callback executor; cancelling it ends the request
	 */
	protected abstract CompletableFuture<R> begin(@Nullable Duration timeout);

	/**
	 * Return this request.
	 * @return this request
	 */
	protected abstract S self();

	@Override
	public S timeout(Duration timeout) {
		this.timeout = Request.checkTimeout(timeout);
		return self();
	}

	@Override
	public final CompletableFuture<R> async() {
		return begin(this.timeout);
	}

	@Override
	public final R sync() {
		Transport.checkMayWait("sync() would block the network thread that it waits for");
		if (Thread.currentThread().isInterrupted()) {
			throw interrupted("the thread was interrupted before the call", Outcome.NOT_APPLIED);
		}
		CompletableFuture<R> pending = begin(this.timeout);
		try {
			return pending.get();
		}
		catch (InterruptedException ex) {
			pending.cancel(true);
			Thread.currentThread().interrupt();
			throw interrupted("the thread was interrupted while it waited",
					this.changes ? Outcome.UNKNOWN : Outcome.NOT_APPLIED);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RuntimeException cause) {
				throw cause;
			}
			if (ex.getCause() instanceof Error cause) {
				throw cause;
			}
			throw new IllegalStateException(ex.getCause());
		}
	}

	private RuntimeException interrupted(String detail, Outcome outcome) {
		return new Failure(this.operation, this.changes, StatusCode.CANCELLED, Reason.INTERRUPTED, outcome, null, 0,
				detail, OptionalLong.empty(), null)
			.toException();
	}

}
