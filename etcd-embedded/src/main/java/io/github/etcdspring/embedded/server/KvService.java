/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.function.Supplier;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

import io.github.etcdspring.embedded.auth.Caller;
import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.embedded.mvcc.Change;
import io.github.etcdspring.proto.AlarmType;
import io.github.etcdspring.proto.CompactionRequest;
import io.github.etcdspring.proto.CompactionResponse;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.DeleteRangeResponse;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.RangeStreamResponse;
import io.github.etcdspring.proto.TxnRequest;
import io.github.etcdspring.proto.TxnResponse;

/**
 * The KV service. A request is checked in the order in which etcd checks it: space, form,
 * token, size, permission, alarm, and then what it asks for.
 */
final class KvService extends KVGrpc.KVImplBase {

	/** What etcd's log entry adds to a request: its id and the tags around it. */
	private static final int ENTRY_OVERHEAD = 17;

	private final Node node;

	KvService(Node node) {
		this.node = node;
	}

	@Override
	public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
		this.node.answer(observer, () -> {
			TxnCheck.form(request);
			return this.node.read(() -> {
				Caller caller = Callers.current(this.node);
				this.node.auth().checkRange(caller, request.getKey(), request.getRangeEnd());
				RangeResponse.Builder answer = Operations.range(this.node.store(), request);
				return answer.setHeader(this.node.header(answer.getHeader().getRevision())).build();
			});
		});
	}

	@Override
	public void rangeStream(RangeRequest request, StreamObserver<RangeStreamResponse> observer) {
		observer.onError(Status.UNIMPLEMENTED.withDescription("unknown method RangeStream for service etcdserverpb.KV")
			.asRuntimeException());
	}

	@Override
	public void put(PutRequest request, StreamObserver<PutResponse> observer) {
		this.node.answer(observer, () -> write(request, Operations.cost(request), () -> TxnCheck.form(request), () -> {
			this.node.auth().checkPut(Callers.current(this.node), request);
			requireApplicable(Operations.cost(request));
			if (request.getLease() != 0 && !this.node.lessor().exists(request.getLease())) {
				throw EtcdError.LEASE_NOT_FOUND.exception();
			}
			try (Change change = this.node.store().begin()) {
				PutResponse.Builder answer = Operations.put(change, request);
				change.commit();
				return answer.setHeader(this.node.header()).build();
			}
		}));
	}

	@Override
	public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> observer) {
		this.node.answer(observer, () -> write(request, 0, () -> TxnCheck.form(request), () -> {
			this.node.auth().checkDelete(Callers.current(this.node), request);
			requireApplicable(0);
			try (Change change = this.node.store().begin()) {
				DeleteRangeResponse.Builder answer = Operations.delete(change, request);
				change.commit();
				return answer.setHeader(this.node.header()).build();
			}
		}));
	}

	@Override
	public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
		Runnable form = () -> TxnCheck.form(request, this.node.options().maxTxnOps());
		if (Operations.isReadOnly(request)) {
			this.node.answer(observer, () -> {
				form.run();
				return this.node.read(() -> {
					this.node.auth().checkTxn(Callers.current(this.node), request);
					return new TxnRun(this.node, request).read();
				});
			});
			return;
		}
		long cost = Operations.cost(request);
		this.node.answer(observer, () -> write(request, cost, form, () -> {
			this.node.auth().checkTxn(Callers.current(this.node), request);
			requireApplicable(cost);
			return new TxnRun(this.node, request).write();
		}));
	}

	@Override
	public void compact(CompactionRequest request, StreamObserver<CompactionResponse> observer) {
		this.node.answer(observer, () -> this.node.write(() -> {
			this.node.auth().checkAdmin(Callers.current(this.node));
			this.node.alarms().requireSound();
			this.node.store().compact(request.getRevision());
			return CompactionResponse.newBuilder().setHeader(this.node.header()).build();
		}));
	}

	private <T> T write(Message request, long cost, Runnable form, Supplier<T> action) {
		if (cost > 0 && this.node.read(() -> this.node.alarms().isTooLarge(cost))) {
			this.node.write(() -> this.node.alarms().activate(Node.MEMBER_ID, AlarmType.NOSPACE));
			throw EtcdError.NO_SPACE.exception();
		}
		form.run();
		if (request.getSerializedSize() + ENTRY_OVERHEAD > this.node.options().maxRequestBytes()) {
			this.node.read(() -> Callers.current(this.node));
			throw EtcdError.REQUEST_TOO_LARGE.exception();
		}
		return this.node.write(action);
	}

	private void requireApplicable(long cost) {
		this.node.alarms().requireSound();
		if (cost > 0) {
			this.node.alarms().requireNoAlarm();
		}
	}

}
