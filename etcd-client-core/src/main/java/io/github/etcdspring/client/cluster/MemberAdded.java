/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cluster;

import java.util.List;

import io.github.etcdspring.client.data.Header;

/**
 * A member that was added. It still has to be started.
 *
 * @param header who answered; its revision is 0
 * @param member the new member, with the id that the cluster gave it
 * @param members the members that there are now
 * @since 0.1.0
 */
public record MemberAdded(Header header, Member member, List<Member> members) {

	/**
	 * Create a result.
	 */
	public MemberAdded {
		members = List.copyOf(members);
	}

}
