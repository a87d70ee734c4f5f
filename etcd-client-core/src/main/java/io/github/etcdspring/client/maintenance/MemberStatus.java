/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.util.List;

import io.github.etcdspring.client.data.Header;

/**
 * The state of a member, as it sees itself.
 *
 * @param header who answered, and its revision
 * @param version the version of the server, such as {@code 3.5.30}
 * @param dbSize the size of its database in bytes
 * @param dbSizeInUse how much of that is in use, 0 if the server is too old to say
 * @param leader the id of the member that it takes for the leader, 0 if it sees none
 * @param raftIndex the index of the last entry in its log, an unsigned number
 * @param raftTerm its term, an unsigned number
 * @param raftAppliedIndex the index of the last entry that it has applied, an unsigned
 * number
 * @param errors what is wrong with it, such as alarms
 * @param isLearner whether it does not vote yet
 * @param storageVersion the version of the format of its database, empty if the server is
 * older than etcd 3.6
 * @param dbSizeQuota how large its database may become in bytes, 0 if the server is older
 * than etcd 3.6
 * @param downgradeInfo what it knows about a downgrade; not enabled if the server is
 * older than etcd 3.6
 * @since 0.1.0
 */
public record MemberStatus(Header header, String version, long dbSize, long dbSizeInUse, long leader, long raftIndex,
		long raftTerm, long raftAppliedIndex, List<String> errors, boolean isLearner, String storageVersion,
		long dbSizeQuota, DowngradeInfo downgradeInfo) {

	/**
	 * Create a state.
	 */
	public MemberStatus {
		errors = List.copyOf(errors);
	}

	/**
	 * Return whether the member takes itself for the leader.
	 * @return whether its own id is that of the leader
	 */
	public boolean isLeader() {
		return this.leader != 0 && this.leader == this.header.memberId();
	}

	@Override
	public String toString() {
		return "MemberStatus[header=" + this.header + ", version=" + this.version + ", dbSize=" + this.dbSize
				+ ", dbSizeInUse=" + this.dbSizeInUse + ", leader=" + Long.toHexString(this.leader) + ", raftIndex="
				+ Long.toUnsignedString(this.raftIndex) + ", raftTerm=" + Long.toUnsignedString(this.raftTerm)
				+ ", raftAppliedIndex=" + Long.toUnsignedString(this.raftAppliedIndex) + ", errors=" + this.errors
				+ ", isLearner=" + this.isLearner + ", storageVersion=" + this.storageVersion + ", dbSizeQuota="
				+ this.dbSizeQuota + ", downgradeInfo=" + this.downgradeInfo + "]";
	}

}
