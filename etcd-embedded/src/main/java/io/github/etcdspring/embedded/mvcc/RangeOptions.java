/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

/**
 * What a read of the store returns.
 *
 * @param limit the largest number of pairs to return, 0 for all; the count is not limited
 * @param countOnly whether only to count
 * @since 0.1.0
 */
public record RangeOptions(long limit, boolean countOnly) {

	/**
	 * All pairs.
	 */
	public static final RangeOptions ALL = new RangeOptions(0, false);

	/**
	 * Only the number of pairs.
	 */
	public static final RangeOptions COUNT = new RangeOptions(0, true);

}
