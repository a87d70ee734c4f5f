/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;

/**
 * What a transaction does to one key.
 *
 * @param key the key
 * @param value the new value, different from every other that the test writes to this
 * key; {@code null} to delete the key
 * @since 0.1.0
 */
public record Write(Bytes key, @Nullable Bytes value) {

	/**
	 * Put a value.
	 * @param key the key
	 * @param value the value, different from every other that the test writes to this key
	 * @return the write
	 */
	public static Write put(String key, String value) {
		return new Write(Bytes.utf8(key), Bytes.utf8(value));
	}

	/**
	 * Delete a key.
	 * @param key the key
	 * @return the write
	 */
	public static Write delete(String key) {
		return new Write(Bytes.utf8(key), null);
	}

	/**
	 * Whether this is a put.
	 * @return whether there is a value
	 */
	public boolean isPut() {
		return this.value != null;
	}

	@Override
	public String toString() {
		return "Write[key=" + this.key + ", " + (isPut() ? "value=" + this.value : "deleted") + "]";
	}

}
