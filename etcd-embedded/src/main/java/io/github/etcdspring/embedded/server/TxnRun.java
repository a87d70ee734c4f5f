/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.embedded.mvcc.Change;
import io.github.etcdspring.embedded.mvcc.MvccStore;
import io.github.etcdspring.embedded.mvcc.RangeOptions;
import io.github.etcdspring.embedded.mvcc.Readable;
import io.github.etcdspring.proto.Compare;
import io.github.etcdspring.proto.Compare.CompareTarget;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.ResponseOp;
import io.github.etcdspring.proto.TxnRequest;
import io.github.etcdspring.proto.TxnResponse;

/**
 * One run of a transaction. All compares, nested ones too, see the store as it was before
 * the transaction; then everything that can fail is checked; only then is anything
 * changed.
 */
final class TxnRun {

	private static final Comparator<ByteString> BYTES = ByteString.unsignedLexicographicalComparator();

	private final Node node;

	private final MvccStore store;

	private final TxnRequest request;

	private final Deque<Boolean> branches = new ArrayDeque<>();

	TxnRun(Node node, TxnRequest request) {
		this.node = node;
		this.store = node.store();
		this.request = request;
	}

	TxnResponse read() {
		List<RequestOp> chosen = choose(this.request);
		chosen.forEach(this::checkRange);
		return run(this.request, this.store, null).setHeader(this.node.header()).build();
	}

	TxnResponse write() {
		List<RequestOp> chosen = choose(this.request);
		chosen.forEach(this::checkPut);
		chosen.forEach(this::checkRange);
		try (Change change = this.store.begin()) {
			TxnResponse.Builder answer = run(this.request, change, change);
			change.commit();
			return answer.setHeader(this.node.header()).build();
		}
	}

	/**
	 * Chooses the branches, in the order in which they will run.
	 * @param txn the transaction
	 * @return the operations that will run, nested ones in their place
	 */
	private List<RequestOp> choose(TxnRequest txn) {
		boolean succeeded = txn.getCompareList().stream().allMatch(this::holds);
		this.branches.add(succeeded);
		List<RequestOp> chosen = new ArrayList<>();
		for (RequestOp each : operations(txn, succeeded)) {
			if (each.hasRequestTxn()) {
				chosen.addAll(choose(each.getRequestTxn()));
			}
			else {
				chosen.add(each);
			}
		}
		return chosen;
	}

	private static List<RequestOp> operations(TxnRequest txn, boolean succeeded) {
		return succeeded ? txn.getSuccessList() : txn.getFailureList();
	}

	private boolean holds(Compare compare) {
		List<KeyValue> found = this.store.range(compare.getKey(), compare.getRangeEnd(), 0, RangeOptions.ALL)
			.keyValues();
		if (found.isEmpty()) {
			// no value is not the empty value
			return compare.getTarget() != CompareTarget.VALUE && holds(compare, KeyValue.getDefaultInstance());
		}
		return found.stream().allMatch((each) -> holds(compare, each));
	}

	private static boolean holds(Compare compare, KeyValue actual) {
		int order = switch (compare.getTarget()) {
			case VALUE -> BYTES.compare(actual.getValue(), compare.getValue());
			case CREATE -> Long.compare(actual.getCreateRevision(), compare.getCreateRevision());
			case MOD -> Long.compare(actual.getModRevision(), compare.getModRevision());
			case VERSION -> Long.compare(actual.getVersion(), compare.getVersion());
			case LEASE -> Long.compare(actual.getLease(), compare.getLease());
			case UNRECOGNIZED -> 0;
		};
		return switch (compare.getResult()) {
			case EQUAL -> order == 0;
			case NOT_EQUAL -> order != 0;
			case GREATER -> order > 0;
			case LESS -> order < 0;
			case UNRECOGNIZED -> true;
		};
	}

	private void checkPut(RequestOp operation) {
		if (!operation.hasRequestPut()) {
			return;
		}
		PutRequest put = operation.getRequestPut();
		if ((put.getIgnoreValue() || put.getIgnoreLease())
				&& this.store.range(put.getKey(), ByteString.EMPTY, 0, RangeOptions.COUNT).count() == 0) {
			throw EtcdError.KEY_NOT_FOUND.exception();
		}
		if (put.getLease() != 0 && !this.node.lessor().exists(put.getLease())) {
			throw EtcdError.LEASE_NOT_FOUND.exception();
		}
	}

	private void checkRange(RequestOp operation) {
		RangeRequest range = operation.getRequestRange();
		if (!operation.hasRequestRange() || range.getRevision() == 0) {
			return;
		}
		if (range.getRevision() > this.store.revision()) {
			throw EtcdError.FUTURE_REV.exception();
		}
		if (range.getRevision() < this.store.compactedRevision()) {
			throw EtcdError.COMPACTED.exception();
		}
	}

	private TxnResponse.Builder run(TxnRequest txn, Readable readable, @Nullable Change change) {
		boolean succeeded = this.branches.remove();
		TxnResponse.Builder answer = TxnResponse.newBuilder()
			.setHeader(ResponseHeader.getDefaultInstance())
			.setSucceeded(succeeded);
		for (RequestOp each : operations(txn, succeeded)) {
			ResponseOp.Builder response = answer.addResponsesBuilder();
			if (each.hasRequestTxn()) {
				response.setResponseTxn(run(each.getRequestTxn(), readable, change));
			}
			else if (each.hasRequestRange()) {
				response.setResponseRange(Operations.range(readable, each.getRequestRange()));
			}
			else if (change != null && each.hasRequestPut()) {
				response.setResponsePut(Operations.put(change, each.getRequestPut()));
			}
			else if (change != null && each.hasRequestDeleteRange()) {
				response.setResponseDeleteRange(Operations.delete(change, each.getRequestDeleteRange()));
			}
		}
		return answer;
	}

}
