/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.Transport;

/**
 * A watch for plain code: waits for the next batch on the thread that asks. For one
 * thread at a time; only {@link #close()} may be called by any, and ends the waiting.
 *
 * @since 0.1.0
 */
public final class WatchIterator implements Iterator<WatchBatch>, AutoCloseable {

	private final LinkedBlockingQueue<Item> queue = new LinkedBlockingQueue<>();

	private final Watch watch;

	private final WatchCursor cursor;

	private @Nullable WatchBatch next;

	private @Nullable Item end;

	private WatchIterator(Watches watches, WatchOptions options) {
		QueueSink[] sink = new QueueSink[1];
		this.watch = watches.open(options, (cursor) -> {
			sink[0] = new QueueSink(cursor);
			return sink[0];
		});
		this.cursor = sink[0].cursor;
	}

	static WatchIterator open(Watches watches, WatchOptions options) {
		return new WatchIterator(watches, options);
	}

	/**
	 * Completes when the server watches, with the first revision that is seen.
	 * @return the revision; completes on the callback executor
	 */
	public CompletableFuture<Long> ready() {
		return this.watch.ready();
	}

	/**
	 * Return where a later watch would have to begin to miss nothing: the revision after
	 * the last batch that was taken.
	 * @return the revision, 0 if a watch from now has not begun
	 */
	public long nextRevision() {
		return this.watch.nextRevision();
	}

	/**
	 * Wait for the next batch.
	 * @return whether there is one; {@code false} once this was closed
	 * @throws EtcdException if the watch has ended for another reason, or the thread is
	 * interrupted, which it stays
	 * @throws IllegalStateException on a network thread of the client, where waiting
	 * would never end
	 */
	@Override
	public boolean hasNext() {
		return this.next != null || fetch(Long.MAX_VALUE);
	}

	@Override
	public WatchBatch next() {
		if (!hasNext()) {
			throw new NoSuchElementException("The watch is closed");
		}
		return Objects.requireNonNull(takeNext());
	}

	/**
	 * Wait for the next batch, but not for ever.
	 * @param timeout how long to wait; zero does not
	 * @return the batch, empty if none came in time or this was closed
	 * @throws EtcdException if the watch has ended for another reason, or the thread is
	 * interrupted, which it stays
	 */
	public Optional<WatchBatch> poll(Duration timeout) {
		if (timeout == null || timeout.isNegative()) {
			throw new IllegalArgumentException("'timeout' must not be negative but was " + timeout);
		}
		if (this.next == null) {
			fetch(nanos(timeout));
		}
		return Optional.ofNullable(takeNext());
	}

	private @Nullable WatchBatch takeNext() {
		WatchBatch batch = this.next;
		if (batch != null) {
			this.next = null;
			this.cursor.delivering(batch.revision() + 1);
		}
		return batch;
	}

	private static long nanos(Duration timeout) {
		try {
			return timeout.toNanos();
		}
		catch (ArithmeticException ex) {
			return Long.MAX_VALUE;
		}
	}

	private boolean fetch(long nanos) {
		Transport.checkMayWait("A watch would wait on the network thread that it waits for");
		Item item = (this.end != null) ? this.end : take(nanos);
		if (item == null) {
			return false;
		}
		if (item.batch() == null) {
			this.end = item;
			if (item.cause() != null) {
				throw item.cause();
			}
			return false;
		}
		this.next = item.batch();
		this.cursor.handled(item.size());
		return true;
	}

	private @Nullable Item take(long nanos) {
		try {
			return this.queue.poll(nanos, TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new Failure("watch", false, StatusCode.CANCELLED, Reason.INTERRUPTED, Outcome.NOT_APPLIED, null, 1,
					"the thread was interrupted while it waited for a change", OptionalLong.empty(), ex)
				.toException();
		}
	}

	/** End the watch, and whoever waits for it. */
	@Override
	public void close() {
		this.watch.close();
	}

	/**
	 * What waits to be taken.
	 *
	 * @param batch a batch, or {@code null} at the end
	 * @param size its size
	 * @param cause why the watch has ended, or {@code null} if it was closed
	 */
	private record Item(@Nullable WatchBatch batch, long size, @Nullable EtcdException cause) {
	}

	private final class QueueSink implements Sink {

		private final WatchCursor cursor;

		QueueSink(WatchCursor cursor) {
			this.cursor = cursor;
		}

		@Override
		public void batch(WatchBatch batch, long size) {
			WatchIterator.this.queue.add(new Item(batch, size, null));
		}

		@Override
		public void progress(long revision) {
			// Nothing that a loop could wait for.
		}

		@Override
		public void disconnected(EtcdException cause) {
			// The loop just waits longer.
		}

		@Override
		public void resumed() {
			// The loop goes on.
		}

		@Override
		public void closed(WatchClosed closed) {
			if (this.cursor.isDropped()) {
				WatchIterator.this.queue.clear();
			}
			WatchIterator.this.queue.add(new Item(null, 0, closed.cause()));
		}

	}

}
