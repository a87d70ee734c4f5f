/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

/**
 * How a cache stands to the store.
 *
 * @since 0.1.0
 */
public enum CacheState {

	/**
	 * The range is read for the first time, or its watch has not begun yet.
	 */
	LOADING,

	/**
	 * A watch tells the cache of every change.
	 */
	FOLLOWING,

	/**
	 * Changes do not come at present; the cache has what it knew last, and goes on
	 * trying.
	 */
	DISCONNECTED,

	/**
	 * The cache was closed or had to end. It has nothing any more.
	 */
	CLOSED

}
