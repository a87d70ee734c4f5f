/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

import com.google.protobuf.ByteString;
import io.grpc.Status;

import io.github.etcdspring.client.simulation.Store.Version;
import io.github.etcdspring.proto.Compare;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.DeleteRangeResponse;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.ResponseOp;
import io.github.etcdspring.proto.TxnRequest;
import io.github.etcdspring.proto.TxnResponse;

/**
 * What the key-value requests do to the store, with the generated messages: the other
 * side of the client's own wire code.
 */
final class KvServer {

	private final Store store;

	private final LeaseKeeper leases;

	KvServer(Store store, LeaseKeeper leases) {
		this.store = store;
		this.leases = leases;
	}

	static String key(ByteString bytes) {
		return bytes.toString(StandardCharsets.ISO_8859_1);
	}

	static KeyValue keyValue(Version version) {
		return KeyValue.newBuilder()
			.setKey(ByteString.copyFrom(version.key(), StandardCharsets.ISO_8859_1))
			.setValue(version.value())
			.setCreateRevision(version.createRevision())
			.setModRevision(version.modRevision())
			.setVersion(version.version())
			.setLease(version.lease())
			.build();
	}

	RangeResponse.Builder range(RangeRequest request, long revision) {
		List<Version> found = this.store.range(key(request.getKey()), key(request.getRangeEnd()), revision);
		found.removeIf((version) -> (request.getMaxCreateRevision() > 0
				&& version.createRevision() > request.getMaxCreateRevision())
				|| version.createRevision() < request.getMinCreateRevision()
				|| version.modRevision() < request.getMinModRevision()
				|| (request.getMaxModRevision() > 0 && version.modRevision() > request.getMaxModRevision()));
		Comparator<Version> order = switch (request.getSortTarget()) {
			case CREATE -> Comparator.comparingLong(Version::createRevision);
			case MOD -> Comparator.comparingLong(Version::modRevision);
			case VERSION -> Comparator.comparingLong(Version::version);
			default -> Comparator.comparing(Version::key);
		};
		found.sort((request.getSortOrder() == RangeRequest.SortOrder.DESCEND) ? order.reversed() : order);
		RangeResponse.Builder answer = RangeResponse.newBuilder().setCount(found.size());
		int limit = (request.getLimit() > 0) ? (int) Math.min(request.getLimit(), found.size()) : found.size();
		answer.setMore(limit < found.size());
		for (Version version : request.getCountOnly() ? List.<Version>of() : found.subList(0, limit)) {
			KeyValue keyValue = keyValue(version);
			answer.addKvs(request.getKeysOnly() ? keyValue.toBuilder().clearValue().build() : keyValue);
		}
		return answer;
	}

	PutResponse.Builder put(PutRequest request) {
		String key = key(request.getKey());
		if (request.getLease() != 0 && !this.leases.exists(request.getLease())) {
			throw Status.NOT_FOUND.withDescription("etcdserver: requested lease not found").asRuntimeException();
		}
		Version before = this.store.put(key, request.getValue(), request.getLease());
		if (before != null) {
			this.leases.detach(before.lease(), key);
		}
		this.leases.attach(request.getLease(), key);
		PutResponse.Builder answer = PutResponse.newBuilder();
		if (request.getPrevKv() && before != null) {
			answer.setPrevKv(keyValue(before));
		}
		return answer;
	}

	DeleteRangeResponse.Builder delete(DeleteRangeRequest request) {
		List<Version> found = this.store.range(key(request.getKey()), key(request.getRangeEnd()),
				this.store.uncommitted());
		DeleteRangeResponse.Builder answer = DeleteRangeResponse.newBuilder().setDeleted(found.size());
		for (Version version : found) {
			this.store.delete(version);
			this.leases.detach(version.lease(), version.key());
			if (request.getPrevKv()) {
				answer.addPrevKvs(keyValue(version));
			}
		}
		return answer;
	}

	/**
	 * Whether a transaction changes nothing whatever happens.
	 * @param request the transaction
	 * @return whether it only reads
	 */
	static boolean onlyReads(TxnRequest request) {
		return request.getSuccessList().stream().allMatch(RequestOp::hasRequestRange)
				&& request.getFailureList().stream().allMatch(RequestOp::hasRequestRange);
	}

	TxnResponse.Builder txn(TxnRequest request, long revision) {
		boolean succeeded = request.getCompareList().stream().allMatch((compare) -> matches(compare, revision));
		List<RequestOp> operations = succeeded ? request.getSuccessList() : request.getFailureList();
		for (RequestOp operation : operations) {
			// Before anything is changed.
			long lease = operation.getRequestPut().getLease();
			if (lease != 0 && !this.leases.exists(lease)) {
				throw Status.NOT_FOUND.withDescription("etcdserver: requested lease not found").asRuntimeException();
			}
		}
		TxnResponse.Builder answer = TxnResponse.newBuilder().setSucceeded(succeeded);
		for (RequestOp operation : operations) {
			ResponseOp.Builder result = ResponseOp.newBuilder();
			switch (operation.getRequestCase()) {
				case REQUEST_PUT -> result.setResponsePut(put(operation.getRequestPut()));
				case REQUEST_DELETE_RANGE -> result.setResponseDeleteRange(delete(operation.getRequestDeleteRange()));
				case REQUEST_RANGE -> result.setResponseRange(range(operation.getRequestRange(), revision));
				default -> throw new IllegalStateException("no such operation: " + operation);
			}
			answer.addResponses(result);
		}
		return answer;
	}

	private boolean matches(Compare compare, long revision) {
		Version found = this.store.find(key(compare.getKey()), revision);
		int order = switch (compare.getTarget()) {
			case CREATE -> Long.compare((found != null) ? found.createRevision() : 0, compare.getCreateRevision());
			case MOD -> Long.compare((found != null) ? found.modRevision() : 0, compare.getModRevision());
			case VERSION -> Long.compare((found != null) ? found.version() : 0, compare.getVersion());
			case LEASE -> Long.compare((found != null) ? found.lease() : 0, compare.getLease());
			default -> throw new IllegalStateException("no such comparison: " + compare);
		};
		return switch (compare.getResult()) {
			case EQUAL -> order == 0;
			case GREATER -> order > 0;
			case LESS -> order < 0;
			case NOT_EQUAL -> order != 0;
			default -> throw new IllegalStateException("no such comparison: " + compare);
		};
	}

}
