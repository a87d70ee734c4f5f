/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

/**
 * Is told of every revision of the store, in order.
 *
 * @since 0.1.0
 */
public interface CommitListener {

	/**
	 * A revision was added. Called inside the exclusive lock: it must not wait, send or
	 * throw.
	 * @param revision the new revision with its changes
	 */
	void committed(Revision revision);

}
