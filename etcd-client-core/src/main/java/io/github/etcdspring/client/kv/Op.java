/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.List;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;

/**
 * One operation of a transaction.
 *
 * @since 0.1.0
 */
public sealed interface Op permits GetOp, PutOp, DeleteOp, TxnOp {

	/**
	 * Read a key.
	 * @param key the key, not empty
	 * @return the operation
	 */
	static GetOp get(String key) {
		return new GetOp(KeyRange.key(key));
	}

	/**
	 * Read a key.
	 * @param key the key, not empty
	 * @return the operation
	 */
	static GetOp get(Bytes key) {
		return new GetOp(KeyRange.key(key));
	}

	/**
	 * Read the keys of a range.
	 * @param range the range
	 * @return the operation
	 */
	static GetOp get(KeyRange range) {
		return new GetOp(range);
	}

	/**
	 * Write a key. A transaction may write a key only once.
	 * @param key the key, not empty
	 * @param value the value, may be empty
	 * @return the operation
	 */
	static PutOp put(String key, String value) {
		return new PutOp(Arguments.utf8(key, "key"), Arguments.utf8(value, "value"));
	}

	/**
	 * Write a key. A transaction may write a key only once.
	 * @param key the key, not empty
	 * @param value the value, may be empty
	 * @return the operation
	 */
	static PutOp put(String key, Bytes value) {
		return new PutOp(Arguments.utf8(key, "key"), value);
	}

	/**
	 * Write a key. A transaction may write a key only once.
	 * @param key the key, not empty
	 * @param value the value, may be empty
	 * @return the operation
	 */
	static PutOp put(Bytes key, Bytes value) {
		return new PutOp(key, value);
	}

	/**
	 * Delete a key.
	 * @param key the key, not empty
	 * @return the operation
	 */
	static DeleteOp delete(String key) {
		return new DeleteOp(KeyRange.key(key));
	}

	/**
	 * Delete a key.
	 * @param key the key, not empty
	 * @return the operation
	 */
	static DeleteOp delete(Bytes key) {
		return new DeleteOp(KeyRange.key(key));
	}

	/**
	 * Delete the keys of a range.
	 * @param range the range
	 * @return the operation
	 */
	static DeleteOp delete(KeyRange range) {
		return new DeleteOp(range);
	}

	/**
	 * Nest a transaction.
	 * @param when the comparisons; none always hold
	 * @param then what is done if all of them hold
	 * @param orElse what is done if one of them does not
	 * @return the operation
	 */
	static TxnOp txn(List<Compare> when, List<? extends Op> then, List<? extends Op> orElse) {
		return new TxnOp(Arguments.list(when, "when"), Arguments.list(then, "then"), Arguments.list(orElse, "orElse"));
	}

}
