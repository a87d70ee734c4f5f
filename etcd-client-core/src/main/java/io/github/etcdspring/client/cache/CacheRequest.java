/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.ArrayList;
import java.util.List;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.KeyRange;

/**
 * What to copy, and how. Mutable, for one thread at a time; can be opened as often as
 * wanted.
 *
 * @since 0.1.0
 */
public final class CacheRequest {

	private static final int LEAST_BUFFER = 1024;

	private final Caches caches;

	private final KeyRange range;

	private final List<CacheListener> listeners = new ArrayList<>();

	private long maxBytes = 64 * 1024 * 1024;

	private int pageSize = 1000;

	private long listenerBufferBytes = 4 * 1024 * 1024;

	CacheRequest(Caches caches, KeyRange range) {
		this.caches = caches;
		this.range = range;
	}

	/**
	 * Limit the memory of the copy: keys and values, with an estimate of what they cost
	 * beside their bytes, about 200 bytes for each key. A range that outgrows it ends the
	 * cache with a {@link io.github.etcdspring.client.error.TooLargeException
	 * TooLargeException} and frees the copy. The default is 64 MiB.
	 * @param bytes the limit in bytes, positive
	 * @return this request
	 * @throws IllegalArgumentException if it is not positive
	 */
	public CacheRequest maxBytes(long bytes) {
		if (bytes < 1) {
			throw new IllegalArgumentException("'maxBytes' must be positive but was " + bytes);
		}
		this.maxBytes = bytes;
		return this;
	}

	/**
	 * Set how many keys are read at once at most. Pages of large values have fewer. The
	 * default is 1000.
	 * @param keys the number of keys, positive
	 * @return this request
	 * @throws IllegalArgumentException if it is not positive
	 */
	public CacheRequest pageSize(int keys) {
		if (keys < 1) {
			throw new IllegalArgumentException("'pageSize' must be positive but was " + keys);
		}
		this.pageSize = keys;
		return this;
	}

	/**
	 * Set how much may wait for a slow listener, keys and values together with an
	 * estimate of what they cost. A listener that is behind by more is told of the
	 * difference instead of each change. The default is 4 MiB.
	 * @param bytes the size in bytes, at least 1024
	 * @return this request
	 * @throws IllegalArgumentException if it is smaller
	 */
	public CacheRequest listenerBufferBytes(long bytes) {
		if (bytes < LEAST_BUFFER) {
			throw new IllegalArgumentException(
					"'listenerBufferBytes' must be at least " + LEAST_BUFFER + " bytes but was " + bytes);
		}
		this.listenerBufferBytes = bytes;
		return this;
	}

	/**
	 * Tell a listener from the beginning. More can be added to the cache at any time.
	 * @param listener the listener
	 * @return this request
	 */
	public CacheRequest listener(CacheListener listener) {
		Arguments.notNull(listener, "listener");
		this.listeners.add(listener);
		return this;
	}

	/**
	 * Begin to read the range, and to follow it. Returns at once; no failure of the
	 * moment ends the cache, however long it lasts.
	 * @return the cache, which the caller closes
	 */
	public Cache open() {
		CacheOptions options = new CacheOptions(this.range, this.maxBytes, this.pageSize, this.listenerBufferBytes,
				this.listeners);
		Follower follower = new Follower(this.caches, options);
		follower.start();
		return new Cache(follower);
	}

}
