/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cluster;

import java.util.List;

import io.github.etcdspring.client.data.Header;

/**
 * The members of the cluster.
 *
 * @param header who answered; its revision is 0
 * @param members the members; after a change those that there are now
 * @since 0.1.0
 */
public record MemberList(Header header, List<Member> members) {

	/**
	 * Create a result.
	 */
	public MemberList {
		members = List.copyOf(members);
	}

}
