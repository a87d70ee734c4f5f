/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.List;

/**
 * A transaction whose first branch is set.
 *
 * @since 0.1.0
 */
public interface TxnThen extends TxnRequest {

	/**
	 * Do this if one of the comparisons does not hold.
	 * @param ops the operations
	 * @return the transaction
	 */
	TxnRequest orElse(Op... ops);

	/**
	 * Do this if one of the comparisons does not hold.
	 * @param ops the operations
	 * @return the transaction
	 */
	TxnRequest orElse(List<? extends Op> ops);

}
