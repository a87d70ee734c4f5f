/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import io.github.etcdspring.client.data.KeyRange;

/**
 * A get within a transaction.
 *
 * @since 0.1.0
 */
public final class GetOp extends GetOptions<GetOp> implements Op {

	GetOp(KeyRange range) {
		super(range);
	}

	@Override
	GetOp self() {
		return this;
	}

}
