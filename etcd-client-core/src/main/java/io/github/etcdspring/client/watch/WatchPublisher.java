/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.EtcdException;

/**
 * Publishes batches. What a subscriber does not ask for fills the buffer of its watch,
 * and then stays with the server.
 */
final class WatchPublisher implements Flow.Publisher<WatchBatch> {

	private final Watches watches;

	private final WatchOptions options;

	WatchPublisher(Watches watches, WatchOptions options) {
		this.watches = watches;
		this.options = options;
	}

	@Override
	public void subscribe(Flow.Subscriber<? super WatchBatch> subscriber) {
		Objects.requireNonNull(subscriber, "subscriber");
		this.watches.open(this.options, (cursor) -> new Subscription(cursor, subscriber));
	}

	/**
	 * One subscriber with its watch. All that follows the first signal runs in the serial
	 * queue of the watch.
	 */
	private static final class Subscription implements Flow.Subscription, Sink {

		private final WatchCursor cursor;

		private final Flow.Subscriber<? super WatchBatch> subscriber;

		private final Queue<Sized> batches = new ArrayDeque<>();

		private long demand;

		private boolean over;

		/** Whether the subscriber wants to hear nothing more. */
		private volatile boolean cancelled;

		private @Nullable EtcdException failure;

		private boolean closed;

		Subscription(WatchCursor cursor, Flow.Subscriber<? super WatchBatch> subscriber) {
			this.cursor = cursor;
			this.subscriber = subscriber;
			cursor.callbacks().execute(() -> call(() -> subscriber.onSubscribe(this)));
		}

		@Override
		public void request(long batches) {
			this.cursor.callbacks().execute(() -> {
				if (this.cancelled || this.over) {
					return;
				}
				if (batches <= 0) {
					end();
					fail(new IllegalArgumentException("'batches' must be positive but was " + batches));
					return;
				}
				this.demand = (this.demand + batches > 0) ? this.demand + batches : Long.MAX_VALUE;
				drain();
			});
		}

		@Override
		public void cancel() {
			this.cancelled = true;
			end();
		}

		private void end() {
			this.cursor.drop();
			this.cursor.execute((stream) -> stream.cancel(this.cursor));
		}

		@Override
		public void batch(WatchBatch batch, long size) {
			this.cursor.callbacks().execute(() -> {
				this.batches.add(new Sized(batch, size));
				drain();
			});
		}

		@Override
		public void progress(long revision) {
			// Not a batch.
		}

		@Override
		public void disconnected(EtcdException cause) {
			// Not an error: it goes on.
		}

		@Override
		public void resumed() {
			// Nothing was missed.
		}

		@Override
		public void closed(WatchClosed closed) {
			this.cursor.callbacks().execute(() -> {
				this.closed = true;
				this.failure = closed.cause();
				drain();
			});
		}

		private void drain() {
			while (!this.batches.isEmpty() && (this.demand > 0 || this.cursor.isDropped())) {
				Sized next = this.batches.remove();
				try {
					if (!this.cursor.isDropped() && !this.over) {
						this.demand -= (this.demand != Long.MAX_VALUE) ? 1 : 0;
						this.cursor.delivering(next.batch().revision() + 1);
						call(() -> this.subscriber.onNext(next.batch()));
					}
				}
				finally {
					this.cursor.handled(next.size());
				}
			}
			if (this.closed && this.batches.isEmpty() && this.failure != null) {
				fail(this.failure);
			}
		}

		private void fail(Throwable cause) {
			if (!this.over && !this.cancelled) {
				this.over = true;
				this.subscriber.onError(cause);
			}
		}

		// Who throws has cancelled, as those who made the interface say.
		private void call(Runnable signal) {
			try {
				signal.run();
			}
			catch (Throwable ex) {
				cancel();
				throw ex;
			}
		}

		/**
		 * A batch and its size.
		 *
		 * @param batch the batch
		 * @param size the size in bytes
		 */
		private record Sized(WatchBatch batch, long size) {
		}

	}

}
