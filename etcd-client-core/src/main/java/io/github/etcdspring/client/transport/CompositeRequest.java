/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;

/**
 * A request that is several unary calls, one after the other, with one deadline for all.
 *
 * @param <S> the type of the request
 * @param <R> the type of the result
 * @since 0.1.0
 */
public abstract class CompositeRequest<S extends CompositeRequest<S, R>, R> implements Request<R> {

	private final Transport transport;

	private @Nullable Duration timeout;

	/**
	 * Create a request.
	 * @param transport the client's engine
	 * @param timeout how long the request may take unless it is given its own timeout, or
	 * {@code null} for the client's timeout
	 */
	protected CompositeRequest(Transport transport, @Nullable Duration timeout) {
		this.transport = transport;
		this.timeout = timeout;
	}

	/**
	 * Make the calls. Each next one is made where the one before has ended: on the thread
	 * of the application, or on the callback executor.
	 * @param steps sends the calls
	 * @return the result, which may end exceptionally with what a call ended with
	 */
	protected abstract CompletableFuture<R> run(Steps steps);

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
	public final R sync() {
		try {
			// Every step waits for its call, so there is nothing left to wait for.
			return run(new Steps(this.transport, this.timeout, null)).join();
		}
		catch (CompletionException ex) {
			throw (Failure.causeOf(ex) instanceof RuntimeException cause) ? cause : ex;
		}
	}

	@Override
	public final CompletableFuture<R> async() {
		CompletableFuture<R> whole = new CompletableFuture<>();
		Steps steps = new Steps(this.transport, this.timeout, whole);
		whole.whenComplete((result, ex) -> steps.cancel());
		run(steps).whenComplete((result, ex) -> {
			if (ex == null) {
				whole.complete(result);
			}
			else {
				whole.completeExceptionally(Failure.causeOf(ex));
			}
		});
		return whole;
	}

	/**
	 * Sends the calls of one request.
	 */
	public static final class Steps {

		private final Transport transport;

		private final long startedAt;

		private final long timeoutNanos;

		/** What the application waits for, or {@code null} if a thread of it does. */
		private final @Nullable CompletableFuture<?> whole;

		private volatile @Nullable CompletableFuture<?> current;

		Steps(Transport transport, @Nullable Duration timeout, @Nullable CompletableFuture<?> whole) {
			this.transport = transport;
			this.startedAt = transport.timer().nanoTime();
			this.timeoutNanos = Timer.nanos((timeout != null) ? timeout : transport.options().timeout());
			this.whole = whole;
		}

		/**
		 * Make a call in what is left of the time.
		 * @param <T> the type of its answer
		 * @param rpc what to send
		 * @return the answer, or an exception
		 */
		public <T> CompletableFuture<T> send(Rpc<?, T> rpc) {
			return send(rpc, Long.MAX_VALUE);
		}

		/**
		 * Make a call in what is left of the time, or less.
		 * @param <T> the type of its answer
		 * @param rpc what to send
		 * @param atMost how long it may take at most
		 * @return the answer, or an exception
		 */
		public <T> CompletableFuture<T> send(Rpc<?, T> rpc, Duration atMost) {
			return send(rpc, Timer.nanos(atMost));
		}

		private <T> CompletableFuture<T> send(Rpc<?, T> rpc, long atMostNanos) {
			long rest = this.timeoutNanos - (this.transport.timer().nanoTime() - this.startedAt);
			// A call without any time left fails as every call does whose time is over.
			Duration timeout = Duration.ofNanos(Math.max(1, Math.min(rest, atMostNanos)));
			CompletableFuture<?> whole = this.whole;
			if (whole == null) {
				try {
					return CompletableFuture.completedFuture(this.transport.sync(rpc, timeout));
				}
				catch (RuntimeException ex) {
					return CompletableFuture.failedFuture(ex);
				}
			}
			CompletableFuture<T> call = this.transport.async(rpc, timeout);
			this.current = call;
			if (whole.isDone()) {
				call.cancel(true);
			}
			return call;
		}

		private void cancel() {
			CompletableFuture<?> call = this.current;
			if (call != null) {
				call.cancel(true);
			}
		}

	}

}
