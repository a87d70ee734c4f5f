/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.List;

import io.github.etcdspring.client.data.Header;

/**
 * The result of a transaction. Comparisons that do not hold are no failure.
 *
 * @param header who answered, and the store's revision
 * @param succeeded whether all comparisons held
 * @param responses the results of the branch that was taken, in the order of its
 * operations
 * @since 0.1.0
 */
public record TxnResult(Header header, boolean succeeded, List<OpResult> responses) implements OpResult {

	/**
	 * Return the store's revision after the transaction: the one of all its writes.
	 * @return the revision
	 */
	public long revision() {
		return this.header.revision();
	}

	/**
	 * Return the result of a get.
	 * @param index the position of the operation in its branch, from 0
	 * @return the result
	 * @throws IllegalArgumentException if there is no get at that position
	 */
	public GetResult get(int index) {
		if (index < 0 || index >= this.responses.size() || !(this.responses.get(index) instanceof GetResult result)) {
			throw new IllegalArgumentException("'index' must be that of a get but was " + index + " of "
					+ this.responses.stream().map((response) -> response.getClass().getSimpleName()).toList());
		}
		return result;
	}

}
