/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;

/**
 * Is told what happens in a range of keys. Its methods are called one after the other,
 * never two at a time, on the client's callback executor, and may block, throw, call the
 * client or close it. A listener that is slower than the changes costs memory only up to
 * the {@linkplain WatchRequest#bufferBytes(long) buffer} of its watch, and no other watch
 * anything. What it throws is logged; the watch goes on.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface WatchListener {

	/**
	 * A revision has changed the range. Revisions come in order, each once.
	 * @param batch what the revision changed
	 */
	void onBatch(WatchBatch batch);

	/**
	 * Everything up to a revision has been handed over, also if it changed nothing here:
	 * a good point to remember. Only told to a watch {@linkplain WatchRequest#progress()
	 * with progress}.
	 * @param revision the revision
	 */
	default void onProgress(long revision) {
	}

	/**
	 * The connection is lost. The client goes on trying, and nothing will be missed
	 * unless {@link #onClosed} says so.
	 * @param cause what happened
	 */
	default void onDisconnected(EtcdException cause) {
	}

	/**
	 * The watch is connected again, and goes on where it was.
	 */
	default void onResumed() {
	}

	/**
	 * The watch has ended. Called exactly once, as the last of all calls. The default
	 * logs an error, unless the watch or its client was closed.
	 * @param closed how it ended
	 */
	default void onClosed(WatchClosed closed) {
		if (closed.cause() != null && !(closed.cause() instanceof ClientClosedException)) {
			Logger logger = LoggerFactory.getLogger(WatchListener.class);
			logger.error("A watch has ended and nobody handles it; it could go on at revision {}",
					closed.nextRevision(), closed.cause());
		}
	}

}
