/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.List;

/**
 * A transaction within a transaction.
 *
 * @since 0.1.0
 */
public final class TxnOp implements Op {

	private final List<Compare> when;

	private final List<Op> then;

	private final List<Op> orElse;

	TxnOp(List<Compare> when, List<Op> then, List<Op> orElse) {
		this.when = when;
		this.then = then;
		this.orElse = orElse;
	}

	List<Compare> when() {
		return this.when;
	}

	List<Op> then() {
		return this.then;
	}

	List<Op> orElse() {
		return this.orElse;
	}

	boolean isReadOnly() {
		return isReadOnly(this.then) && isReadOnly(this.orElse);
	}

	private static boolean isReadOnly(List<Op> ops) {
		for (Op op : ops) {
			if (!(op instanceof GetOp || (op instanceof TxnOp txn && txn.isReadOnly()))) {
				return false;
			}
		}
		return true;
	}

}
