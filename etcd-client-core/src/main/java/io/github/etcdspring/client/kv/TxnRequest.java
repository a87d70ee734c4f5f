/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.time.Duration;

import io.github.etcdspring.client.transport.Request;

/**
 * A transaction that is complete. All its writes happen at one revision, or none does.
 * Applied at most once; one that only reads is repeated like a get.
 *
 * @since 0.1.0
 */
public interface TxnRequest extends Request<TxnResult> {

	@Override
	TxnRequest timeout(Duration timeout);

}
