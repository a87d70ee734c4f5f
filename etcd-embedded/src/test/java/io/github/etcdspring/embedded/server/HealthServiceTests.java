/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.embedded.EmbeddedEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class HealthServiceTests {

	private static final byte[] SERVER = {};

	private static final byte[] OTHER = { 10, 1, 'x' };

	private EmbeddedEtcd etcd;

	private EtcdCalls calls;

	@BeforeEach
	void start() {
		this.etcd = EmbeddedEtcd.start();
		this.calls = new EtcdCalls(this.etcd.endpoint());
	}

	@AfterEach
	void stop() {
		this.calls.close();
		this.etcd.close();
	}

	@Test
	void checkKnowsTheServerOnly() {
		assertThat(call("grpc.health.v1.Health/Check", SERVER)).containsExactly(8, 1);
		EtcdCalls.assertRefused(Status.Code.NOT_FOUND, "unknown service",
				() -> call("grpc.health.v1.Health/Check", OTHER));
	}

	@Test
	void watchAnswersAtOnceAndEndsWithTheServer() {
		Iterator<byte[]> watch = watch(SERVER);
		assertThat(watch.next()).containsExactly(8, 1);
		assertThat(watch(OTHER).next()).containsExactly(8, 3);
		this.etcd.close();
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(watch::next)
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
	}

	@Test
	void unknownMethodsAreRefusedInTheWordsOfEtcd() {
		EtcdCalls.assertRefused(Status.Code.UNIMPLEMENTED, "unknown method Nope for service etcdserverpb.KV",
				() -> call("etcdserverpb.KV/Nope", SERVER));
		EtcdCalls.assertRefused(Status.Code.UNIMPLEMENTED, "unknown service no.Such",
				() -> call("no.Such/Thing", SERVER));
	}

	private byte[] call(String method, byte[] request) {
		return ClientCalls.blockingUnaryCall(this.calls.channel, descriptor(method, MethodType.UNARY), options(),
				request);
	}

	private Iterator<byte[]> watch(byte[] request) {
		return ClientCalls.blockingServerStreamingCall(this.calls.channel,
				descriptor("grpc.health.v1.Health/Watch", MethodType.SERVER_STREAMING), options(), request);
	}

	private static CallOptions options() {
		return CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS);
	}

	private static MethodDescriptor<byte[], byte[]> descriptor(String method, MethodType type) {
		return MethodDescriptor.<byte[], byte[]>newBuilder()
			.setType(type)
			.setFullMethodName(method)
			.setRequestMarshaller(new BytesMarshaller())
			.setResponseMarshaller(new BytesMarshaller())
			.build();
	}

	/**
	 * Messages as they are on the wire.
	 */
	private static final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {

		@Override
		public InputStream stream(byte[] value) {
			return new ByteArrayInputStream(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			try {
				return stream.readAllBytes();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
