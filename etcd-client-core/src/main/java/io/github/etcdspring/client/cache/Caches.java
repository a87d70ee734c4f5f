/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.watch.Watches;

/**
 * Makes caches. Thread-safe; the requests it makes are for one thread each.
 *
 * @since 0.1.0
 */
public final class Caches {

	private final Transport transport;

	private final Kv kv;

	private final Watches watches;

	/**
	 * Create the service. Applications get it from the client.
	 * @param transport the client's engine
	 * @param kv what reads the keys
	 * @param watches what tells of changes
	 */
	public Caches(Transport transport, Kv kv, Watches watches) {
		this.transport = transport;
		this.kv = kv;
		this.watches = watches;
	}

	/**
	 * Keep a local copy of a range of keys.
	 * @param range the range
	 * @return the request
	 */
	public CacheRequest cache(KeyRange range) {
		Arguments.notNull(range, "range", "use KeyRange.all() for all keys");
		return new CacheRequest(this, range);
	}

	Transport transport() {
		return this.transport;
	}

	Kv kv() {
		return this.kv;
	}

	Watches watches() {
		return this.watches;
	}

}
