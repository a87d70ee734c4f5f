/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.PendingRequest;

/**
 * Reads a large range at one revision, without holding it in memory. Servers from etcd
 * 3.7 on send it as a stream; others are asked for page after page, which is found out
 * with each request, because a cluster may have members of both kinds. It may take any
 * time, but fails when nothing comes for 30 seconds; a {@link #timeout(Duration) timeout}
 * limits the whole.
 * <p>
 * If the connection breaks, or the revision is compacted meanwhile, the request fails
 * after the keys that were handed over.
 *
 * @since 0.1.0
 */
public final class RangeStreamRequest extends PendingRequest<RangeStreamRequest, RangeStreamResult> {

	private static final int PAGE_SIZE = 1000;

	private final KvCalls calls;

	private final GetRequest request;

	private final Consumer<? super KeyValue> consumer;

	RangeStreamRequest(KvCalls calls, GetRequest request, Consumer<? super KeyValue> consumer) {
		super("get");
		this.calls = calls;
		this.request = request;
		this.consumer = Arguments.notNull(consumer, "consumer");
	}

	@Override
	protected CompletableFuture<RangeStreamResult> begin(@Nullable Duration timeout) {
		Reading reading = new Reading(timeout);
		CompletableFuture<Void> stream = this.calls.stream(this.request, timeout, reading::chunk);
		reading.current = stream;
		stream.handle((nothing, ex) -> {
			if (ex == null) {
				return CompletableFuture.completedFuture(reading.result());
			}
			Throwable cause = Failure.causeOf(ex);
			if (cause instanceof EtcdException etcd && etcd.reason() == Reason.UNIMPLEMENTED && reading.last == null) {
				return reading.pages(new PageCursor(this.request, PAGE_SIZE));
			}
			return CompletableFuture.<RangeStreamResult>failedFuture(cause);
		}).thenCompose((next) -> next).whenComplete((result, ex) -> {
			if (ex == null) {
				reading.whole.complete(result);
			}
			else {
				reading.whole.completeExceptionally(Failure.causeOf(ex));
			}
		});
		return reading.whole;
	}

	private static EtcdException timedOut(Duration timeout) {
		return Failure.ofRead("get", StatusCode.DEADLINE_EXCEEDED, Reason.TIMEOUT)
			.withDetail("not complete within " + timeout.toMillis() + " ms")
			.toException();
	}

	@Override
	protected RangeStreamRequest self() {
		return this;
	}

	/**
	 * One reading of the range.
	 */
	private final class Reading {

		private final CompletableFuture<RangeStreamResult> whole = new CompletableFuture<>();

		private volatile @Nullable CompletableFuture<?> current;

		/** What a stream says at its end. */
		private @Nullable GetResult last;

		/** The revision of the first page is that of all. */
		private @Nullable Header header;

		private long count;

		private final long startedAt = System.nanoTime();

		private final @Nullable Duration timeout;

		Reading(@Nullable Duration timeout) {
			this.timeout = timeout;
			this.whole.whenComplete((result, ex) -> stop());
		}

		private void stop() {
			CompletableFuture<?> running = this.current;
			if (running != null && this.whole.isCompletedExceptionally()) {
				running.cancel(true);
			}
		}

		void chunk(GetResult chunk) {
			this.last = chunk;
			handOver(chunk.keyValues());
		}

		private void handOver(List<KeyValue> keyValues) {
			for (KeyValue keyValue : keyValues) {
				if (this.whole.isDone()) {
					// Cancelled.
					return;
				}
				RangeStreamRequest.this.consumer.accept(keyValue);
			}
		}

		RangeStreamResult result() {
			GetResult end = this.last;
			if (end == null) {
				throw Failure.ofRead("get", StatusCode.INTERNAL, Reason.OTHER)
					.withDetail("the server ended the range without saying anything")
					.toException();
			}
			return new RangeStreamResult(end.header(), end.count());
		}

		CompletionStage<RangeStreamResult> pages(PageCursor cursor) {
			GetRequest next = cursor.next();
			if (this.timeout != null) {
				Duration rest = this.timeout.minusNanos(System.nanoTime() - this.startedAt);
				if (rest.isNegative() || rest.isZero()) {
					return CompletableFuture.failedFuture(timedOut(this.timeout));
				}
				next.timeout(rest);
			}
			CompletableFuture<GetResult> page = next.async();
			this.current = page;
			if (this.whole.isDone()) {
				page.cancel(true);
			}
			return page.thenCompose((answer) -> {
				GetResult read = cursor.read(answer);
				Header first = (this.header != null) ? this.header : read.header();
				this.header = first;
				handOver(read.keyValues());
				// What a later page says is the count of the rest.
				this.count += read.keyValues().size();
				return cursor.hasNext() ? pages(cursor)
						: CompletableFuture.completedFuture(new RangeStreamResult(first, this.count));
			});
		}

	}

}
