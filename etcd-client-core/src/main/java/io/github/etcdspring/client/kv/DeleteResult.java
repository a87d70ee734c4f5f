/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.List;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyValue;

/**
 * The result of a delete.
 *
 * @param header who answered, and the store's revision
 * @param deleted how many keys were deleted
 * @param previous the keys as they were before, if that was asked for
 * @since 0.1.0
 */
public record DeleteResult(Header header, long deleted, List<KeyValue> previous) implements OpResult {

	/**
	 * Return the store's revision after the delete.
	 * @return the revision
	 */
	public long revision() {
		return this.header.revision();
	}

}
