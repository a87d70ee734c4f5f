/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyValue;

/**
 * A key with its decoded value. Thread-safe.
 *
 * @param <T> the type of the decoded value
 * @since 0.1.0
 */
public final class CacheEntry<T> {

	private final KeyValue keyValue;

	private final Function<KeyValue, T> decoder;

	private boolean decoded;

	private @Nullable T value;

	private @Nullable RuntimeException failure;

	CacheEntry(KeyValue keyValue, Function<KeyValue, T> decoder) {
		this.keyValue = keyValue;
		this.decoder = decoder;
	}

	/**
	 * Return the key as it is in the store.
	 * @return the key and its value
	 */
	public KeyValue keyValue() {
		return this.keyValue;
	}

	/**
	 * Return the decoded value.
	 * @return the value
	 * @throws RuntimeException what the decoder threw, the same each time
	 * @throws IllegalStateException if the decoder returned {@code null}
	 */
	public synchronized T value() {
		if (!this.decoded) {
			decode();
			this.decoded = true;
		}
		if (this.failure != null) {
			throw this.failure;
		}
		T value = this.value;
		if (value == null) {
			throw new IllegalStateException("The decoder of a cache returned null");
		}
		return value;
	}

	private void decode() {
		try {
			this.value = this.decoder.apply(this.keyValue);
		}
		catch (RuntimeException ex) {
			this.failure = ex;
		}
	}

	@Override
	public String toString() {
		// Without the decoded value, which may be a secret.
		return "CacheEntry[" + this.keyValue + "]";
	}

}
