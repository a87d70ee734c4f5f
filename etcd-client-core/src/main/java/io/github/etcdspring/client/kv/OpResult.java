/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import io.github.etcdspring.client.data.Header;

/**
 * The result of one operation of a transaction.
 *
 * @since 0.1.0
 */
public sealed interface OpResult permits GetResult, PutResult, DeleteResult, TxnResult {

	/**
	 * Return the header. Within a transaction a server fills only its revision.
	 * @return the header
	 */
	Header header();

}
