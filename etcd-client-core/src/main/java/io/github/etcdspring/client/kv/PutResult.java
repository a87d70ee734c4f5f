/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.Optional;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyValue;

/**
 * The result of a put.
 *
 * @param header who answered, and the store's revision
 * @param previous the key as it was before, if that was asked for and it existed
 * @since 0.1.0
 */
public record PutResult(Header header, Optional<KeyValue> previous) implements OpResult {

	/**
	 * Return the revision at which the key was written.
	 * @return the revision
	 */
	public long revision() {
		return this.header.revision();
	}

}
