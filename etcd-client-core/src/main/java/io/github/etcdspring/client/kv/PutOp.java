/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import io.github.etcdspring.client.data.Bytes;

/**
 * A put within a transaction.
 *
 * @since 0.1.0
 */
public final class PutOp extends PutOptions<PutOp> implements Op {

	PutOp(Bytes key, Bytes value) {
		super(key, value);
	}

	@Override
	PutOp self() {
		return this;
	}

}
