/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.ClusterGrpc;
import io.github.etcdspring.proto.Compare;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.MaintenanceGrpc;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.TxnRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Plain gRPC calls to a server, as short as tests like them.
 */
final class EtcdCalls implements AutoCloseable {

	static final ByteString FROM_KEY = ByteString.copyFrom(new byte[1]);

	final ManagedChannel channel;

	EtcdCalls(String endpoint) {
		this.channel = NettyChannelBuilder.forTarget(endpoint.replace("http://", "")).usePlaintext().build();
	}

	KVGrpc.KVBlockingStub kv() {
		return KVGrpc.newBlockingStub(this.channel).withDeadlineAfter(30, TimeUnit.SECONDS);
	}

	MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
		return MaintenanceGrpc.newBlockingStub(this.channel).withDeadlineAfter(30, TimeUnit.SECONDS);
	}

	ClusterGrpc.ClusterBlockingStub cluster() {
		return ClusterGrpc.newBlockingStub(this.channel).withDeadlineAfter(30, TimeUnit.SECONDS);
	}

	LeaseGrpc.LeaseBlockingStub leases() {
		return LeaseGrpc.newBlockingStub(this.channel).withDeadlineAfter(30, TimeUnit.SECONDS);
	}

	PutResponse put(String key, String value) {
		return kv().put(putOf(key, value).build());
	}

	RangeResponse get(RangeRequest.Builder request) {
		return kv().range(request.build());
	}

	static ByteString bytes(String text) {
		return ByteString.copyFromUtf8(text);
	}

	static PutRequest.Builder putOf(String key, String value) {
		return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value));
	}

	static RangeRequest.Builder rangeOf(String key) {
		return RangeRequest.newBuilder().setKey(bytes(key));
	}

	static RangeRequest.Builder rangeOf(String key, String end) {
		return rangeOf(key).setRangeEnd(bytes(end));
	}

	static DeleteRangeRequest.Builder deleteOf(String key) {
		return DeleteRangeRequest.newBuilder().setKey(bytes(key));
	}

	static RequestOp put(PutRequest.Builder request) {
		return RequestOp.newBuilder().setRequestPut(request).build();
	}

	static RequestOp range(RangeRequest.Builder request) {
		return RequestOp.newBuilder().setRequestRange(request).build();
	}

	static RequestOp delete(DeleteRangeRequest.Builder request) {
		return RequestOp.newBuilder().setRequestDeleteRange(request).build();
	}

	static RequestOp txn(TxnRequest.Builder request) {
		return RequestOp.newBuilder().setRequestTxn(request).build();
	}

	static Compare.Builder versionOf(String key, long version) {
		return Compare.newBuilder().setKey(bytes(key)).setTarget(Compare.CompareTarget.VERSION).setVersion(version);
	}

	static void assertRefused(EtcdError error, Callable<?> call) {
		assertRefused(error.status().getCode(), error.text(), call);
	}

	static void assertRefused(Status.Code code, String text, Callable<?> call) {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(call::call).satisfies((ex) -> {
			assertThat(ex.getStatus().getDescription()).isEqualTo(text);
			assertThat(ex.getStatus().getCode()).isEqualTo(code);
		});
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
	}

}
