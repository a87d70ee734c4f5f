/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;

/**
 * A long answer in chunks that the server ends. Each chunk is handled on the callback
 * executor, which may block, and only then is the next one asked for; so one chunk is in
 * memory, whatever the size of the whole. Sent again only while nothing has come.
 *
 * @param <Q> the type of the request
 * @param <R> the type of the chunks
 * @since 0.1.0
 */
public final class ChunkStream<Q, R> implements StreamHandler<R> {

	/** How long the server may take for the next chunk. */
	private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

	private final StreamRpc<Q, R> rpc;

	private final Q request;

	private final ChunkHandler<R> chunks;

	private final ResumableStream<Q, R> stream;

	private final SerialTasks callbacks;

	private final int maxRetries;

	private final CompletableFuture<Void> result = new CompletableFuture<>();

	private Timer.@Nullable Timeout silence;

	private boolean received;

	private ChunkStream(Transport transport, StreamRpc<Q, R> rpc, Q request, ChunkHandler<R> chunks) {
		this.rpc = rpc;
		this.request = request;
		this.chunks = chunks;
		this.maxRetries = transport.maxRetries();
		this.callbacks = transport.serialTasks();
		this.stream = transport.stream(rpc, this);
	}

	/**
	 * Ask for the chunks.
	 * @param <Q> the type of the request
	 * @param <R> the type of the chunks
	 * @param transport the client's engine
	 * @param rpc the stream, finite and under flow control
	 * @param request the request
	 * @param timeout how long it may take as a whole, or {@code null} for any time
	 * @param chunks handles the chunks
	 * @return completes on the callback executor when the last chunk is handled, or
	 * exceptionally with what a call, or the handler, failed with; cancelling it ends the
	 * stream
	 */
	public static <Q, R> CompletableFuture<Void> read(Transport transport, StreamRpc<Q, R> rpc, Q request,
			@Nullable Duration timeout, ChunkHandler<R> chunks) {
		ChunkStream<Q, R> reading = new ChunkStream<>(transport, rpc, request, chunks);
		return reading.begin(timeout);
	}

	private CompletableFuture<Void> begin(@Nullable Duration timeout) {
		Timer.Timeout whole = (timeout != null) ? this.stream.schedule(Timer.nanos(timeout),
				() -> timedOut("not complete within " + timeout.toMillis() + " ms")) : null;
		this.result.whenComplete((nothing, ex) -> this.stream.execute(() -> {
			this.stream.close();
			stopWaiting();
			if (whole != null) {
				whole.cancel();
			}
		}));
		// From here on, because a stream may never open, or be refused again and again.
		this.stream.execute(this::waitForChunk);
		this.stream.start();
		return this.result;
	}

	@Override
	public void opened() {
		this.stream.send(this.request);
		this.stream.halfClose();
		this.stream.request(1);
	}

	private void next() {
		if (!this.result.isDone()) {
			waitForChunk();
			this.stream.request(1);
		}
	}

	private void waitForChunk() {
		this.silence = this.stream.schedule(SILENCE_NANOS,
				() -> timedOut("nothing came for " + TimeUnit.NANOSECONDS.toSeconds(SILENCE_NANOS) + " s"));
	}

	private void stopWaiting() {
		if (this.silence != null) {
			this.silence.cancel();
			this.silence = null;
		}
	}

	@Override
	public void received(R chunk) {
		this.received = true;
		this.stream.works();
		stopWaiting();
		this.callbacks.execute(() -> {
			if (this.result.isDone()) {
				return;
			}
			try {
				this.chunks.handle(chunk);
			}
			catch (Throwable ex) {
				this.result.completeExceptionally(ex);
				return;
			}
			this.stream.execute(this::next);
		});
	}

	@Override
	public void disconnected(Failure failure, int attempts) {
		// For the connect timeout, after which a call ends, too.
		boolean nobodyThere = failure.reason() == Reason.UNREACHABLE && failure.endpoint() == null;
		boolean refused = attempts > 0 && failure.reason().isTokenRefused()
				&& failure.reason() != Reason.AUTH_OLD_REVISION;
		if (this.received || nobodyThere || refused || (this.maxRetries >= 0 && attempts > this.maxRetries)) {
			ended(failure);
		}
	}

	private void timedOut(String detail) {
		ended(Failure.ofRead(this.rpc.operation(), StatusCode.DEADLINE_EXCEEDED, Reason.TIMEOUT)
			.withEndpoint(this.stream.endpoint())
			.withDetail(detail));
	}

	@Override
	public void ended(Failure failure) {
		this.stream.close();
		stopWaiting();
		this.callbacks.execute(() -> this.result.completeExceptionally(failure.toException()));
	}

	@Override
	public void completed() {
		stopWaiting();
		this.callbacks.execute(() -> this.result.complete(null));
	}

	/**
	 * Handles chunks.
	 *
	 * @param <R> the type of the chunks
	 */
	@FunctionalInterface
	public interface ChunkHandler<R> {

		/**
		 * A chunk has come.
		 * @param chunk the chunk
		 * @throws Exception if it cannot be handled; that ends the stream
		 */
		void handle(R chunk) throws Exception;

	}

}
