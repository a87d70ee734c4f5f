/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.util.List;

import io.github.etcdspring.client.data.Header;

/**
 * The leases of a cluster, those of other applications too.
 *
 * @param header who answered, and the store's revision
 * @param ids the ids of the leases
 * @since 0.1.0
 */
public record LeaseList(Header header, List<Long> ids) {

	/**
	 * Create a result.
	 */
	public LeaseList {
		ids = List.copyOf(ids);
	}

}
