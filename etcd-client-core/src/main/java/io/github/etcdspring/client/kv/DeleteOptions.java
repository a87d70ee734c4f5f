/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.KeyRange;

/**
 * What a delete can ask for, alone or in a transaction.
 *
 * @param <S> the type of the delete
 * @since 0.1.0
 */
public abstract sealed class DeleteOptions<S extends DeleteOptions<S>> permits DeleteRequest, DeleteOp {

	private KeyRange range;

	private boolean withPrevious;

	DeleteOptions(KeyRange range) {
		this.range = Arguments.notNull(range, "range");
	}

	abstract S self();

	/**
	 * Take the key as a prefix: delete every key that begins with it.
	 * @return this request
	 * @throws IllegalArgumentException if the request is for a range already
	 */
	public S asPrefix() {
		if (!this.range.isSingleKey()) {
			throw new IllegalArgumentException(
					"asPrefix() needs a single key, but the request is for a range; use KeyRange.prefix(...) instead");
		}
		this.range = KeyRange.prefix(this.range.start());
		return self();
	}

	/**
	 * Return the keys as they were before.
	 * @return this request
	 */
	public S withPrevious() {
		this.withPrevious = true;
		return self();
	}

	void writeTo(KvEncoder encoder) {
		encoder.range(this.range, 1, 2);
		encoder.bool(3, this.withPrevious);
	}

	int expectedSize() {
		return this.range.start().length() + this.range.end().length() + 32;
	}

}
