/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.List;
import java.util.Optional;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyValue;

/**
 * The result of a get.
 *
 * @param header who answered, and the store's revision
 * @param keyValues the keys that were found, up to the limit
 * @param more whether there are more keys than were returned
 * @param count how many keys the range has, whatever the limit
 * @since 0.1.0
 */
public record GetResult(Header header, List<KeyValue> keyValues, boolean more, long count) implements OpResult {

	/**
	 * Return the first key that was found.
	 * @return the key, or nothing if none exists
	 */
	public Optional<KeyValue> first() {
		return this.keyValues.isEmpty() ? Optional.empty() : Optional.of(this.keyValues.get(0));
	}

	/**
	 * Return the newest revision of the store when it answered, also if an older one was
	 * read. A watch from the next one misses nothing after this result.
	 * @return the revision
	 */
	public long storeRevision() {
		return this.header.revision();
	}

}
