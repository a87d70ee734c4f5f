/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.data;

/**
 * What every answer of etcd says about the member that gave it.
 *
 * @param clusterId the id of the cluster, an unsigned number
 * @param memberId the id of the member, an unsigned number
 * @param revision the revision of the store when the member answered
 * @param raftTerm the term of the consensus when the member answered, an unsigned number
 * @since 0.1.0
 */
public record Header(long clusterId, long memberId, long revision, long raftTerm) {

	/**
	 * The id of the cluster the way etcd's own tools print it.
	 * @return unsigned lower-case hexadecimal digits
	 */
	public String clusterIdAsHex() {
		return Long.toHexString(this.clusterId);
	}

	/**
	 * The id of the member the way etcd's own tools print it.
	 * @return unsigned lower-case hexadecimal digits
	 */
	public String memberIdAsHex() {
		return Long.toHexString(this.memberId);
	}

	@Override
	public String toString() {
		return "Header[clusterId=" + clusterIdAsHex() + ", memberId=" + memberIdAsHex() + ", revision=" + this.revision
				+ ", raftTerm=" + Long.toUnsignedString(this.raftTerm) + "]";
	}

}
