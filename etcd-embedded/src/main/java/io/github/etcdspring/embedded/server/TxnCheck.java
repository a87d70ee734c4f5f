/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.google.protobuf.ByteString;
import io.grpc.Status;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.Compare;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.TxnRequest;

/**
 * Checks the form of requests: what can be refused without looking at the store.
 */
final class TxnCheck {

	private static final Comparator<ByteString> BYTES = ByteString.unsignedLexicographicalComparator();

	private final Set<ByteString> puts = new HashSet<>();

	private final List<DeleteRangeRequest> deletes = new ArrayList<>();

	private TxnCheck() {
	}

	static void form(RangeRequest request) {
		requireKey(request.getKey());
		if (request.getSortTarget() == RangeRequest.SortTarget.UNRECOGNIZED) {
			// etcd 3.5 crashes here; this is what its successor says
			throw Status.INVALID_ARGUMENT.withDescription("etcdserver: invalid sort option").asRuntimeException();
		}
	}

	static void form(PutRequest request) {
		requireKey(request.getKey());
		if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
			throw EtcdError.VALUE_PROVIDED.exception();
		}
		if (request.getIgnoreLease() && request.getLease() != 0) {
			throw EtcdError.LEASE_PROVIDED.exception();
		}
	}

	static void form(DeleteRangeRequest request) {
		requireKey(request.getKey());
	}

	static void form(TxnRequest request, int maxOps) {
		operations(request, maxOps);
		overlaps(request.getSuccessList());
		overlaps(request.getFailureList());
	}

	private static void requireKey(ByteString key) {
		if (key.isEmpty()) {
			throw EtcdError.EMPTY_KEY.exception();
		}
	}

	private static void operations(TxnRequest request, int maxOps) {
		int largest = Math.max(request.getCompareCount(),
				Math.max(request.getSuccessCount(), request.getFailureCount()));
		if (largest > maxOps) {
			throw EtcdError.TOO_MANY_OPS.exception();
		}
		for (Compare compare : request.getCompareList()) {
			requireKey(compare.getKey());
		}
		request.getSuccessList().forEach((each) -> operation(each, maxOps - largest));
		request.getFailureList().forEach((each) -> operation(each, maxOps - largest));
	}

	private static void operation(RequestOp operation, int maxOps) {
		switch (operation.getRequestCase()) {
			case REQUEST_RANGE -> form(operation.getRequestRange());
			case REQUEST_PUT -> form(operation.getRequestPut());
			case REQUEST_DELETE_RANGE -> form(operation.getRequestDeleteRange());
			case REQUEST_TXN -> operations(operation.getRequestTxn(), maxOps);
			case REQUEST_NOT_SET -> throw EtcdError.KEY_NOT_FOUND.exception();
		}
	}

	/**
	 * Finds keys that one branch would put twice, or put and delete. The two branches of
	 * a nested transaction exclude each other, so they may put the same key.
	 * @param operations the operations of a branch
	 * @return what the branch puts and deletes
	 */
	private static TxnCheck overlaps(List<RequestOp> operations) {
		TxnCheck all = new TxnCheck();
		for (RequestOp each : operations) {
			if (each.hasRequestDeleteRange()) {
				all.deletes.add(each.getRequestDeleteRange());
			}
		}
		for (RequestOp each : operations) {
			if (each.hasRequestTxn()) {
				TxnCheck then = overlaps(each.getRequestTxn().getSuccessList());
				TxnCheck otherwise = overlaps(each.getRequestTxn().getFailureList());
				then.puts.forEach(all::put);
				for (ByteString key : otherwise.puts) {
					if (then.puts.contains(key)) {
						all.requireNotDeleted(key);
					}
					else {
						all.put(key);
					}
				}
				all.deletes.addAll(then.deletes);
				all.deletes.addAll(otherwise.deletes);
			}
		}
		for (RequestOp each : operations) {
			if (each.hasRequestPut()) {
				all.put(each.getRequestPut().getKey());
			}
		}
		return all;
	}

	private void put(ByteString key) {
		if (!this.puts.add(key)) {
			throw EtcdError.DUPLICATE_KEY.exception();
		}
		requireNotDeleted(key);
	}

	private void requireNotDeleted(ByteString key) {
		for (DeleteRangeRequest delete : this.deletes) {
			if (covers(delete, key)) {
				throw EtcdError.DUPLICATE_KEY.exception();
			}
		}
	}

	private static boolean covers(DeleteRangeRequest delete, ByteString key) {
		ByteString end = delete.getRangeEnd();
		if (end.isEmpty()) {
			return delete.getKey().equals(key);
		}
		// the end as it is, as etcd does here: a delete from a key on, whose end is a
		// zero
		// byte, never overlaps with a put
		return BYTES.compare(key, delete.getKey()) >= 0 && BYTES.compare(key, end) < 0;
	}

}
