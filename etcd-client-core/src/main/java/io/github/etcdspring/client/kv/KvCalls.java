/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.transport.ChunkStream;
import io.github.etcdspring.client.transport.Encoded;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.StreamRpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.Wire;

/**
 * Turns requests of the key-value service into calls.
 */
final class KvCalls {

	private final Transport transport;

	private final Namespace namespace;

	private final MethodDescriptor<Encoded, GetResult> range;

	private final MethodDescriptor<Encoded, GetResult> rangeStream;

	private final MethodDescriptor<Encoded, PutResult> put;

	private final MethodDescriptor<Encoded, DeleteResult> delete;

	private final MethodDescriptor<Encoded, TxnResult> txn;

	private final MethodDescriptor<Encoded, CompactResult> compact;

	KvCalls(Transport transport, Namespace namespace) {
		KvDecoder decoder = new KvDecoder(namespace.prefix().length());
		this.transport = transport;
		this.namespace = namespace;
		this.range = Wire.unary("etcdserverpb.KV/Range", decoder::get);
		this.rangeStream = Wire.serverStreaming("etcdserverpb.KV/RangeStream", decoder::rangeChunk);
		this.put = Wire.unary("etcdserverpb.KV/Put", decoder::put);
		this.delete = Wire.unary("etcdserverpb.KV/DeleteRange", decoder::delete);
		this.txn = Wire.unary("etcdserverpb.KV/Txn", decoder::txn);
		this.compact = Wire.unary("etcdserverpb.KV/Compact", decoder::compact);
	}

	Rpc<?, GetResult> get(GetRequest request) {
		KvEncoder encoder = encoder(request.expectedSize());
		request.writeTo(encoder);
		return Rpc.read("get", this.range, encoder.end(), !request.isSerializable());
	}

	CompletableFuture<Void> stream(GetRequest request, @Nullable Duration timeout,
			ChunkStream.ChunkHandler<GetResult> chunks) {
		KvEncoder encoder = encoder(request.expectedSize());
		request.writeTo(encoder);
		return ChunkStream.read(this.transport,
				StreamRpc.finite("get", this.rangeStream, !request.isSerializable(), null), encoder.end(), timeout,
				chunks);
	}

	Rpc<?, PutResult> put(PutRequest request) {
		KvEncoder encoder = encoder(request.expectedSize());
		request.writeTo(encoder);
		return Rpc.write("put", this.put, encoder.endWith(2, request.value()));
	}

	Rpc<?, DeleteResult> delete(DeleteRequest request) {
		KvEncoder encoder = encoder(request.expectedSize());
		request.writeTo(encoder);
		return Rpc.write("delete", this.delete, encoder.end());
	}

	Rpc<?, TxnResult> txn(TxnOp request) {
		KvEncoder encoder = encoder(256);
		encoder.txn(request);
		return request.isReadOnly() ? Rpc.read("txn", this.txn, encoder.end(), true)
				: Rpc.write("txn", this.txn, encoder.end());
	}

	Rpc<?, CompactResult> compact(long revision, boolean physical) {
		KvEncoder encoder = encoder(16);
		encoder.int64(1, revision);
		encoder.bool(2, physical);
		return Rpc.write("compact", this.compact, encoder.end());
	}

	private KvEncoder encoder(int expectedSize) {
		return new KvEncoder(expectedSize, this.namespace);
	}

	<R> R sync(Rpc<?, R> rpc, @Nullable Duration timeout) {
		return this.transport.sync(rpc, timeout);
	}

	<R> CompletableFuture<R> async(Rpc<?, R> rpc, @Nullable Duration timeout) {
		return this.transport.async(rpc, timeout);
	}

}
