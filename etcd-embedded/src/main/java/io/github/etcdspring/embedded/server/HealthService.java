/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/**
 * The health service that every gRPC server may have. The only service it knows is the
 * empty name, the server as a whole. A watch stays open until its client ends it.
 */
final class HealthService implements BindableService {

	private static final String NAME = "grpc.health.v1.Health";

	private static final int SERVING = 1;

	private static final int SERVICE_UNKNOWN = 3;

	/** Both messages have one field, and it has the number 1. */
	private static final int FIELD = 1;

	@Override
	public ServerServiceDefinition bindService() {
		return ServerServiceDefinition.builder(NAME)
			.addMethod(method("Check", MethodDescriptor.MethodType.UNARY), ServerCalls.asyncUnaryCall(this::check))
			.addMethod(method("Watch", MethodDescriptor.MethodType.SERVER_STREAMING),
					ServerCalls.asyncServerStreamingCall(this::watch))
			.build();
	}

	private void check(String service, StreamObserver<Integer> observer) {
		if (!service.isEmpty()) {
			observer.onError(Status.NOT_FOUND.withDescription("unknown service").asRuntimeException());
			return;
		}
		observer.onNext(SERVING);
		observer.onCompleted();
	}

	private void watch(String service, StreamObserver<Integer> observer) {
		observer.onNext(service.isEmpty() ? SERVING : SERVICE_UNKNOWN);
	}

	private static MethodDescriptor<String, Integer> method(String name, MethodDescriptor.MethodType type) {
		return MethodDescriptor.<String, Integer>newBuilder()
			.setType(type)
			.setFullMethodName(MethodDescriptor.generateFullMethodName(NAME, name))
			.setRequestMarshaller(new RequestMarshaller())
			.setResponseMarshaller(new ResponseMarshaller())
			.build();
	}

	private static RuntimeException malformed(IOException cause) {
		return Status.INTERNAL.withDescription("Malformed health message").withCause(cause).asRuntimeException();
	}

	/**
	 * The request: the name of a service.
	 */
	private static final class RequestMarshaller implements MethodDescriptor.Marshaller<String> {

		@Override
		public InputStream stream(String service) {
			throw new UnsupportedOperationException("A server reads requests");
		}

		@Override
		public String parse(InputStream stream) {
			try {
				CodedInputStream input = CodedInputStream.newInstance(stream);
				String service = "";
				for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
					if (tag == ((FIELD << 3) | 2)) {
						service = input.readStringRequireUtf8();
					}
					else {
						input.skipField(tag);
					}
				}
				return service;
			}
			catch (IOException ex) {
				throw malformed(ex);
			}
		}

	}

	/**
	 * The answer: a status.
	 */
	private static final class ResponseMarshaller implements MethodDescriptor.Marshaller<Integer> {

		@Override
		public InputStream stream(Integer status) {
			try {
				byte[] bytes = new byte[CodedOutputStream.computeEnumSize(FIELD, status)];
				CodedOutputStream output = CodedOutputStream.newInstance(bytes);
				output.writeEnum(FIELD, status);
				output.flush();
				return new ByteArrayInputStream(bytes);
			}
			catch (IOException ex) {
				throw malformed(ex);
			}
		}

		@Override
		public Integer parse(InputStream stream) {
			throw new UnsupportedOperationException("A server writes answers");
		}

	}

}
