/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.List;

import io.github.etcdspring.client.data.KeyRange;

/**
 * The settings of a cache.
 *
 * @param range what is copied
 * @param maxBytes how much memory the copy may take
 * @param pageSize how many keys are read at once
 * @param listenerBufferBytes how many bytes may wait for a listener
 * @param listeners who is told from the beginning
 */
record CacheOptions(KeyRange range, long maxBytes, int pageSize, long listenerBufferBytes,
		List<CacheListener> listeners) {

	CacheOptions {
		listeners = List.copyOf(listeners);
	}

}
