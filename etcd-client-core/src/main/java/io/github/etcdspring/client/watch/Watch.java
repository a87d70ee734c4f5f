/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.util.concurrent.CompletableFuture;

/**
 * A watch that is open until it is closed, or has to end. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Watch implements AutoCloseable {

	private final WatchCursor cursor;

	Watch(WatchCursor cursor) {
		this.cursor = cursor;
	}

	/**
	 * Completes when the server watches, with the first revision that is seen: from it on
	 * no change is missed, and none before it is told. Fails if the watch ends before.
	 * @return the revision; completes on the callback executor, before the first batch is
	 * handed over
	 */
	public CompletableFuture<Long> ready() {
		return this.cursor.ready();
	}

	/**
	 * Return where a later watch would have to begin to miss nothing: the revision after
	 * the last batch, or progress, whose handling has begun.
	 * @return the revision, 0 if a watch from now has not begun
	 */
	public long nextRevision() {
		return this.cursor.deliveredRevision();
	}

	/**
	 * Ask the server to tell its progress; the answer comes to
	 * {@link WatchListener#onProgress}. It may not come: while the watch waits for a
	 * future revision, while the connection is lost, and from a server that is too old.
	 * @throws IllegalStateException if the watch was opened without
	 * {@link WatchRequest#progress()}
	 */
	public void requestProgress() {
		if (!this.cursor.options().progress()) {
			throw new IllegalStateException("The watch shares its stream with others, for which the server"
					+ " answers as a whole: open it with progress()");
		}
		this.cursor.execute(WatchStream::requestProgress);
	}

	/**
	 * End the watch. Nothing more is handed over, but for one
	 * {@link WatchListener#onClosed}; a call that runs now is not waited for. May be
	 * called from the listener, and again.
	 */
	@Override
	public void close() {
		this.cursor.drop();
		this.cursor.execute((stream) -> stream.cancel(this.cursor));
	}

}
