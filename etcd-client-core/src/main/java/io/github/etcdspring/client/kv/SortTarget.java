/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

/**
 * What the keys of a get are sorted by.
 *
 * @since 0.1.0
 */
public enum SortTarget {

	/** The key, in the order of its bytes taken as unsigned numbers. */
	KEY(0),

	/** How often the key was written since it was created. */
	VERSION(1),

	/** The revision that created the key. */
	CREATE_REVISION(2),

	/** The revision that wrote the key last. */
	MOD_REVISION(3),

	/** The value, in the order of its bytes taken as unsigned numbers. */
	VALUE(4);

	private final int number;

	SortTarget(int number) {
		this.number = number;
	}

	int number() {
		return this.number;
	}

}
