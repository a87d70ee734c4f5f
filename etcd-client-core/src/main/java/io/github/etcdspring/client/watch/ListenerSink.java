/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import io.github.etcdspring.client.error.EtcdException;

/**
 * Tells a listener.
 */
final class ListenerSink implements Sink {

	private final WatchCursor cursor;

	private final WatchListener listener;

	ListenerSink(WatchCursor cursor, WatchListener listener) {
		this.cursor = cursor;
		this.listener = listener;
	}

	@Override
	public void batch(WatchBatch batch, long size) {
		this.cursor.callbacks().execute(() -> {
			try {
				if (!this.cursor.isDropped()) {
					this.cursor.delivering(batch.revision() + 1);
					this.listener.onBatch(batch);
				}
			}
			finally {
				this.cursor.handled(size);
			}
		});
	}

	@Override
	public void progress(long revision) {
		unlessDropped(() -> {
			this.cursor.delivering(revision + 1);
			if (this.cursor.options().progress()) {
				this.listener.onProgress(revision);
			}
		});
	}

	@Override
	public void disconnected(EtcdException cause) {
		unlessDropped(() -> this.listener.onDisconnected(cause));
	}

	@Override
	public void resumed() {
		unlessDropped(this.listener::onResumed);
	}

	@Override
	public void closed(WatchClosed closed) {
		this.cursor.callbacks()
			.execute(() -> this.listener.onClosed(new WatchClosed(this.cursor.deliveredRevision(), closed.cause())));
	}

	private void unlessDropped(Runnable task) {
		this.cursor.callbacks().execute(() -> {
			if (!this.cursor.isDropped()) {
				task.run();
			}
		});
	}

}
