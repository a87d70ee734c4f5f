/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;

/**
 * Is told what changes in a cache. Its methods are called one after the other, never two
 * at a time, on the client's callback executor, and may block, throw, close the cache or
 * its client. What it throws is logged; the cache goes on. What it is told of, the cache
 * already has.
 * <p>
 * It begins with a put for each key that is there and {@link #onResync}; after that it is
 * told of every change. If changes cannot be told one by one, because the store was
 * compacted while the connection was lost, or because the listener is behind by more than
 * its {@linkplain CacheRequest#listenerBufferBytes(long) buffer}, it is told of the
 * difference between what it was told before and what the cache has then, in the order of
 * keys, and {@link #onResync} follows. So a slow listener delays nobody else; it holds on
 * to the copy that it was told of, and to its buffer, at most.
 *
 * @since 0.1.0
 */
public interface CacheListener {

	/**
	 * A key was written.
	 * @param now the key as it is now
	 * @param before the key as it was when this listener was last told of it;
	 * {@code null} if it was not there
	 */
	default void onPut(KeyValue now, @Nullable KeyValue before) {
	}

	/**
	 * A key was deleted, by a request or with its lease.
	 * @param before the key as it was when this listener was last told of it
	 */
	default void onDelete(KeyValue before) {
	}

	/**
	 * The calls before told a difference, not single changes: altogether the listener has
	 * been told what the range has at a revision.
	 * @param revision the revision
	 */
	default void onResync(long revision) {
	}

	/**
	 * Changes do not come any more. The cache serves what it has and goes on trying.
	 * @param cause what happened
	 */
	default void onDisconnected(EtcdException cause) {
	}

	/**
	 * Changes come again; those that were made meanwhile are told as well.
	 */
	default void onResumed() {
	}

	/**
	 * The cache has ended. Called exactly once, as the last of all calls; what the
	 * listener was not told before is not told any more. The default logs an error,
	 * unless the cache or its client was closed.
	 * @param cause why, {@code null} if the application closed the cache; a
	 * {@link io.github.etcdspring.client.error.TooLargeException TooLargeException} if
	 * the range takes more memory than the cache may have
	 */
	default void onClosed(@Nullable EtcdException cause) {
		if (cause != null && !(cause instanceof ClientClosedException)) {
			Logger logger = LoggerFactory.getLogger(CacheListener.class);
			logger.error("A cache has ended and nobody handles it", cause);
		}
	}

}
