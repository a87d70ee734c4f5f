/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded;

import java.util.List;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.MemberListRequest;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.TxnRequest;

/**
 * How requests that do not ask for a leader fail on a member that has none.
 */
final class Leaderless {

	/** A write waits in vain to be proposed. */
	private static final Status WRITE = Status.DEADLINE_EXCEEDED.withDescription("context deadline exceeded");

	/** A linearizable read waits in vain for the leader's word. */
	private static final Status READ = EtcdError.TIMEOUT.status();

	private Leaderless() {
	}

	/**
	 * Returns how a request fails.
	 * @param operation what is called
	 * @param request the request
	 * @return the status it fails with when its time is over, or {@code null} if it works
	 * without a leader
	 */
	static @Nullable Status failure(Operation operation, Object request) {
		return switch (operation) {
			case RANGE, RANGE_STREAM ->
				(request instanceof RangeRequest range && range.getSerializable()) ? null : READ;
			case TXN -> (request instanceof TxnRequest txn) ? failure(txn) : WRITE;
			case MEMBER_LIST -> (request instanceof MemberListRequest list && !list.getLinearizable()) ? null : READ;
			case AUTHENTICATE, DOWNGRADE -> READ;
			case WATCH, LEASE_LEASES, STATUS, DEFRAGMENT, HASH, HASH_KV, SNAPSHOT -> null;
			case LEASE_KEEP_ALIVE, LEASE_TIME_TO_LIVE -> EtcdError.NO_LEADER.status();
			case MOVE_LEADER -> EtcdError.NOT_LEADER.status();
			case LOCK, UNLOCK, CAMPAIGN, PROCLAIM, RESIGN -> Status.UNKNOWN.withDescription(WRITE.getDescription());
			case LEADER -> Status.UNKNOWN.withDescription(READ.getDescription());
			case OBSERVE -> Status.OK;
			default -> WRITE;
		};
	}

	private static @Nullable Status failure(TxnRequest txn) {
		if (!isReadOnly(txn.getSuccessList()) || !isReadOnly(txn.getFailureList())) {
			return WRITE;
		}
		return (isSerializable(txn.getSuccessList()) && isSerializable(txn.getFailureList())) ? null : READ;
	}

	private static boolean isReadOnly(List<RequestOp> operations) {
		return operations.stream().allMatch(RequestOp::hasRequestRange);
	}

	private static boolean isSerializable(List<RequestOp> operations) {
		return operations.stream().allMatch((operation) -> operation.getRequestRange().getSerializable());
	}

}
