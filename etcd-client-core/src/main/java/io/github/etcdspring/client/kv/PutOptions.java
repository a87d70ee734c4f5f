/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;

/**
 * What a put can ask for, alone or in a transaction.
 *
 * @param <S> the type of the put
 * @since 0.1.0
 */
public abstract sealed class PutOptions<S extends PutOptions<S>> permits PutRequest, PutOp {

	private final Bytes key;

	private final Bytes value;

	private long lease;

	private boolean withPrevious;

	private boolean ignoreValue;

	private boolean ignoreLease;

	PutOptions(Bytes key, Bytes value) {
		this.key = KeyRange.key(key).start();
		this.value = Arguments.notNull(value, "value");
	}

	abstract S self();

	/**
	 * Attach the key to a lease: it is deleted when the lease ends. A put without a lease
	 * detaches the key from the lease it had.
	 * @param id the id of the lease; 0, the default, is none
	 * @return this request
	 * @throws IllegalArgumentException together with {@link #ignoreLease()}
	 */
	public S lease(long id) {
		if (id != 0 && this.ignoreLease) {
			throw new IllegalArgumentException("lease(...) and ignoreLease() contradict each other; use one of them");
		}
		this.lease = id;
		return self();
	}

	/**
	 * Return the key as it was before.
	 * @return this request
	 */
	public S withPrevious() {
		this.withPrevious = true;
		return self();
	}

	/**
	 * Keep the key's value and change only its lease. The key must exist.
	 * @return this request
	 * @throws IllegalArgumentException if the request has a value that is not empty
	 */
	public S ignoreValue() {
		if (!this.value.isEmpty()) {
			throw new IllegalArgumentException(
					"ignoreValue() keeps the value that the key has: give an empty 'value' with it");
		}
		this.ignoreValue = true;
		return self();
	}

	/**
	 * Keep the key's lease and change only its value. The key must exist.
	 * @return this request
	 * @throws IllegalArgumentException together with {@link #lease(long)}
	 */
	public S ignoreLease() {
		if (this.lease != 0) {
			throw new IllegalArgumentException("lease(...) and ignoreLease() contradict each other; use one of them");
		}
		this.ignoreLease = true;
		return self();
	}

	Bytes value() {
		return this.value;
	}

	// Everything but the value, which comes last so that it need not be copied.
	void writeTo(KvEncoder encoder) {
		encoder.key(1, this.key);
		encoder.int64(3, this.lease);
		encoder.bool(4, this.withPrevious);
		encoder.bool(5, this.ignoreValue);
		encoder.bool(6, this.ignoreLease);
	}

	int expectedSize() {
		return this.key.length() + 48;
	}

}
