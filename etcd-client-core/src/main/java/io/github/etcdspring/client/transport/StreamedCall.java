/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;

/**
 * One call whose request and answer travel on a stream that others share: its future and
 * its one deadline. Sending it, again if need be, is the business of the service.
 *
 * @param <R> the type of the answer
 * @since 0.1.0
 */
public final class StreamedCall<R> extends CompletableFuture<R> {

	private static final Logger logger = LoggerFactory.getLogger(StreamedCall.class);

	private final Transport transport;

	private final String operation;

	private final long startedAt;

	private final long timeoutNanos;

	private final boolean handOver;

	private final AtomicBoolean ended = new AtomicBoolean();

	private volatile Runnable leaving = () -> {
	};

	private volatile Timer.@Nullable Timeout timeout;

	private volatile Timer.@Nullable Timeout patience;

	private volatile @Nullable Failure disconnection;

	private volatile @Nullable Failure failure;

	StreamedCall(Transport transport, String operation, @Nullable Duration timeout, boolean handOver) {
		this.transport = transport;
		this.operation = operation;
		this.startedAt = transport.timer().nanoTime();
		this.timeoutNanos = Timer.nanos((timeout != null) ? timeout : transport.options().timeout());
		this.handOver = handOver;
	}

	/**
	 * Begin to wait.
	 * @param leaving is told, once, when the call has ended without the service
	 */
	public void start(Runnable leaving) {
		this.leaving = leaving;
		this.timeout = this.transport.timer().schedule(this.timeoutNanos, this::expire);
		if (this.ended.get()) {
			cancelTimeout();
		}
	}

	/**
	 * Return when the call was made.
	 * @return the monotonic time in nanoseconds
	 */
	public long startedAt() {
		return this.startedAt;
	}

	/**
	 * Whether nobody waits any more.
	 * @return whether the call has ended
	 */
	public boolean isOver() {
		return this.ended.get();
	}

	/**
	 * End the call with its answer.
	 * @param answer the answer
	 */
	public void succeed(R answer) {
		if (this.ended.compareAndSet(false, true)) {
			finished(null);
			deliver(() -> super.complete(answer));
		}
	}

	/**
	 * End the call without an answer.
	 * @param failure why
	 */
	public void fail(Failure failure) {
		end(failure);
	}

	private boolean end(Failure failure) {
		if (!this.ended.compareAndSet(false, true)) {
			return false;
		}
		this.failure = failure;
		finished(failure);
		deliver(() -> super.completeExceptionally(failure.toException()));
		return true;
	}

	/**
	 * The stream is interrupted. The call waits for it, but no longer than the connect
	 * timeout while no endpoint can be reached at all.
	 * @param failure what happened
	 */
	public void disconnected(Failure failure) {
		this.disconnection = failure;
		stopWaiting();
		if (failure.reason() == Reason.UNREACHABLE) {
			// The stream may have begun to wait before the call did.
			long waited = this.transport.timer().nanoTime() - this.startedAt;
			long rest = Timer.nanos(this.transport.options().connectTimeout()) - waited;
			if (rest <= 0) {
				fail(failure.withAttempts(0));
			}
			else {
				this.patience = this.transport.timer().schedule(rest, () -> unreachable(failure));
				if (this.ended.get()) {
					stopWaiting();
				}
			}
		}
	}

	/** The stream goes on: there is somebody to ask. */
	public void connected() {
		stopWaiting();
	}

	private void stopWaiting() {
		Timer.Timeout waiting = this.patience;
		if (waiting != null) {
			waiting.cancel();
		}
	}

	private void unreachable(Failure failure) {
		if (end(failure.withAttempts(0))) {
			this.leaving.run();
		}
	}

	private void expire() {
		Failure last = this.disconnection;
		leave(Reason.TIMEOUT, StatusCode.DEADLINE_EXCEEDED,
				"no answer within " + TimeUnit.NANOSECONDS.toMillis(this.timeoutNanos) + " ms"
						+ ((last != null) ? "; the stream before: " + last.detail() : ""));
	}

	private boolean leave(Reason reason, StatusCode status, @Nullable String detail) {
		if (!this.ended.compareAndSet(false, true)) {
			return false;
		}
		Failure described = new Failure(this.operation, false, status, reason, Outcome.NOT_APPLIED, null, 1, detail,
				OptionalLong.empty(), null);
		this.failure = described;
		finished(described);
		this.leaving.run();
		if (reason != Reason.CANCELLED) {
			deliver(() -> super.completeExceptionally(described.toException()));
		}
		return true;
	}

	private void finished(@Nullable Failure described) {
		cancelTimeout();
		CallObserver observer = this.transport.options().callObserver();
		if (observer != null) {
			try {
				observer.callEnded(this.operation, this.transport.timer().nanoTime() - this.startedAt, described);
			}
			catch (Throwable ex) {
				// A meter that fails must not cost a call its answer.
				logger.warn("The call observer failed", ex);
			}
		}
	}

	private void cancelTimeout() {
		Timer.Timeout waiting = this.timeout;
		if (waiting != null) {
			waiting.cancel();
		}
		stopWaiting();
	}

	private void deliver(Runnable completion) {
		if (this.handOver) {
			this.transport.callbacks().execute(completion);
		}
		else {
			completion.run();
		}
	}

	/**
	 * Wait for the answer, on the thread of the application.
	 * @return the answer
	 * @throws EtcdException if the call fails, or the thread is interrupted
	 */
	R await() {
		try {
			return get();
		}
		catch (InterruptedException ex) {
			leave(Reason.INTERRUPTED, StatusCode.CANCELLED, "the thread was interrupted while it waited");
			Thread.currentThread().interrupt();
			return joined();
		}
		catch (ExecutionException ex) {
			// Made anew, because the stack trace that helps is the caller's.
			throw Objects.requireNonNull(this.failure).toException();
		}
	}

	private R joined() {
		try {
			return join();
		}
		catch (CompletionException ex) {
			throw Objects.requireNonNull(this.failure).toException();
		}
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		leave(Reason.CANCELLED, StatusCode.CANCELLED, null);
		return super.cancel(mayInterruptIfRunning);
	}

	@Override
	public boolean complete(R value) {
		leave(Reason.CANCELLED, StatusCode.CANCELLED, null);
		return super.complete(value);
	}

	@Override
	public boolean completeExceptionally(Throwable ex) {
		leave(Reason.CANCELLED, StatusCode.CANCELLED, null);
		return super.completeExceptionally(ex);
	}

	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		// Dependents are plain futures: cancelling one of them leaves the call alone.
		return new CompletableFuture<>();
	}

}
