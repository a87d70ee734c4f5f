/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

import com.google.protobuf.ByteString;

import io.github.etcdspring.embedded.mvcc.Change;
import io.github.etcdspring.embedded.mvcc.RangeOptions;
import io.github.etcdspring.embedded.mvcc.RangeResult;
import io.github.etcdspring.embedded.mvcc.Readable;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.DeleteRangeResponse;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeRequest.SortOrder;
import io.github.etcdspring.proto.RangeRequest.SortTarget;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.TxnRequest;

/**
 * Single operations, alone or in a transaction. Their answers have a header with nothing
 * but the revision, as in etcd's transactions.
 */
final class Operations {

	/** What etcd's quota adds to each pair. */
	private static final long PUT_OVERHEAD = 256;

	private static final Comparator<ByteString> BYTES = ByteString.unsignedLexicographicalComparator();

	private Operations() {
	}

	static ResponseHeader header(long revision) {
		return ResponseHeader.newBuilder().setRevision(revision).build();
	}

	static RangeResponse.Builder range(Readable store, RangeRequest request) {
		boolean all = request.getSortOrder() != SortOrder.NONE || isFiltered(request);
		long limit = (all || request.getLimit() <= 0) ? 0 : request.getLimit() + 1;
		RangeResult found = store.range(request.getKey(), request.getRangeEnd(), request.getRevision(),
				new RangeOptions(limit, request.getCountOnly()));
		List<KeyValue> keyValues = sorted(filtered(found.keyValues(), request), request);
		RangeResponse.Builder answer = RangeResponse.newBuilder()
			.setHeader(header(found.revision()))
			.setCount(found.count());
		if (request.getLimit() > 0 && keyValues.size() > request.getLimit()) {
			keyValues = keyValues.subList(0, (int) request.getLimit());
			answer.setMore(true);
		}
		if (request.getKeysOnly()) {
			keyValues.forEach((each) -> answer.addKvs(each.toBuilder().clearValue()));
		}
		else {
			answer.addAllKvs(keyValues);
		}
		return answer;
	}

	private static boolean isFiltered(RangeRequest request) {
		return request.getMinModRevision() != 0 || request.getMaxModRevision() != 0
				|| request.getMinCreateRevision() != 0 || request.getMaxCreateRevision() != 0;
	}

	private static List<KeyValue> filtered(List<KeyValue> keyValues, RangeRequest request) {
		if (!isFiltered(request)) {
			return keyValues;
		}
		Predicate<KeyValue> wanted = (each) -> isWithin(each.getModRevision(), request.getMinModRevision(),
				request.getMaxModRevision())
				&& isWithin(each.getCreateRevision(), request.getMinCreateRevision(), request.getMaxCreateRevision());
		return keyValues.stream().filter(wanted).toList();
	}

	private static boolean isWithin(long revision, long min, long max) {
		return (min == 0 || revision >= min) && (max == 0 || revision <= max);
	}

	private static List<KeyValue> sorted(List<KeyValue> keyValues, RangeRequest request) {
		SortTarget target = request.getSortTarget();
		boolean descending = request.getSortOrder() == SortOrder.DESCEND;
		// an order that etcd does not know is none
		if (keyValues.size() < 2 || request.getSortOrder() == SortOrder.UNRECOGNIZED
				|| (target == SortTarget.KEY && !descending)) {
			return keyValues;
		}
		Comparator<KeyValue> order = switch (target) {
			case KEY -> Comparator.comparing(KeyValue::getKey, BYTES);
			case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
			case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
			case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
			case VALUE -> Comparator.comparing(KeyValue::getValue, BYTES);
			case UNRECOGNIZED -> null;
		};
		if (order == null) {
			return keyValues;
		}
		List<KeyValue> sorted = new ArrayList<>(keyValues);
		sorted.sort(descending ? order.reversed() : order);
		return sorted;
	}

	static PutResponse.Builder put(Change change, PutRequest request) {
		KeyValue previous = change.put(request.getKey(), request.getValue(), request.getLease(),
				request.getIgnoreValue(), request.getIgnoreLease());
		PutResponse.Builder answer = PutResponse.newBuilder().setHeader(header(change.revision()));
		if (request.getPrevKv() && previous != null) {
			answer.setPrevKv(previous);
		}
		return answer;
	}

	static DeleteRangeResponse.Builder delete(Change change, DeleteRangeRequest request) {
		List<KeyValue> deleted = change.deleteRange(request.getKey(), request.getRangeEnd());
		DeleteRangeResponse.Builder answer = DeleteRangeResponse.newBuilder()
			.setHeader(header(change.revision()))
			.setDeleted(deleted.size());
		if (request.getPrevKv()) {
			answer.addAllPrevKvs(deleted);
		}
		return answer;
	}

	static boolean isReadOnly(TxnRequest request) {
		return isReadOnly(request.getSuccessList()) && isReadOnly(request.getFailureList());
	}

	private static boolean isReadOnly(List<RequestOp> operations) {
		for (RequestOp each : operations) {
			boolean readOnly = switch (each.getRequestCase()) {
				case REQUEST_PUT, REQUEST_DELETE_RANGE -> false;
				case REQUEST_TXN -> isReadOnly(each.getRequestTxn());
				case REQUEST_RANGE, REQUEST_NOT_SET -> true;
			};
			if (!readOnly) {
				return false;
			}
		}
		return true;
	}

	static long cost(PutRequest request) {
		return PUT_OVERHEAD + request.getKey().size() + request.getValue().size();
	}

	/**
	 * Returns what a transaction may add, as etcd counts it: the dearer of the two
	 * branches, without nested transactions.
	 * @param request the transaction
	 * @return the bytes
	 */
	static long cost(TxnRequest request) {
		return Math.max(cost(request.getSuccessList()), cost(request.getFailureList()));
	}

	private static long cost(List<RequestOp> operations) {
		long cost = 0;
		for (RequestOp each : operations) {
			if (each.hasRequestPut()) {
				cost += cost(each.getRequestPut());
			}
		}
		return cost;
	}

}
