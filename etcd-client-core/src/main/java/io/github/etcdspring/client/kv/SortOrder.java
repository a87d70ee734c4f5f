/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

/**
 * The direction in which the keys of a get are sorted.
 *
 * @since 0.1.0
 */
public enum SortOrder {

	/** The smallest first. */
	ASCENDING(1),

	/** The largest first. */
	DESCENDING(2);

	private final int number;

	SortOrder(int number) {
		this.number = number;
	}

	int number() {
		return this.number;
	}

}
