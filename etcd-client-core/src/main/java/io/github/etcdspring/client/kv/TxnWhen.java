/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.List;

/**
 * A transaction whose comparisons are set.
 *
 * @since 0.1.0
 */
public interface TxnWhen extends TxnThen {

	/**
	 * Do this if all comparisons hold.
	 * @param ops the operations
	 * @return the transaction
	 */
	TxnThen then(Op... ops);

	/**
	 * Do this if all comparisons hold.
	 * @param ops the operations
	 * @return the transaction
	 */
	TxnThen then(List<? extends Op> ops);

}
