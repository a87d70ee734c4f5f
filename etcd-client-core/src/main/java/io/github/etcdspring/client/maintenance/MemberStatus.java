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
 * @param raftIndex the index of the last entry in its log
 * @param raftTerm its term
 * @param raftAppliedIndex the index of the last entry that it has applied
 * @param errors what is wrong with it, such as alarms
 * @param isLearner whether it does not vote yet
 * @since 0.1.0
 */
public record MemberStatus(Header header, String version, long dbSize, long dbSizeInUse, long leader, long raftIndex,
		long raftTerm, long raftAppliedIndex, List<String> errors, boolean isLearner) {
}
