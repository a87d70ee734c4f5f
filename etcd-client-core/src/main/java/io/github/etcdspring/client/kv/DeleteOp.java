/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import io.github.etcdspring.client.data.KeyRange;

/**
 * A delete within a transaction.
 *
 * @since 0.1.0
 */
public final class DeleteOp extends DeleteOptions<DeleteOp> implements Op {

	DeleteOp(KeyRange range) {
		super(range);
	}

	@Override
	DeleteOp self() {
		return this;
	}

}
