/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyValue;

/**
 * How one key changed.
 *
 * @param before the key before, {@code null} if it was not there
 * @param now the key after, {@code null} if it was deleted
 */
record Change(@Nullable KeyValue before, @Nullable KeyValue now) {

	long bytes() {
		return ((this.before != null) ? KeyTree.bytesOf(this.before) : 0)
				+ ((this.now != null) ? KeyTree.bytesOf(this.now) : 0);
	}

	void tell(CacheListener listener) {
		if (this.now != null) {
			listener.onPut(this.now, this.before);
		}
		else if (this.before != null) {
			listener.onDelete(this.before);
		}
	}

}
