/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.List;

/**
 * A transaction that has nothing yet. Without comparisons its first branch is taken.
 *
 * @since 0.1.0
 */
public interface TxnStart extends TxnWhen {

	/**
	 * Compare. All comparisons have to hold.
	 * @param compares the comparisons
	 * @return the transaction
	 */
	TxnWhen when(Compare... compares);

	/**
	 * Compare. All comparisons have to hold.
	 * @param compares the comparisons
	 * @return the transaction
	 */
	TxnWhen when(List<Compare> compares);

}
