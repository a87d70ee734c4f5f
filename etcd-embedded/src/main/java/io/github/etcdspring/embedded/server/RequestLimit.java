/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.io.IOException;
import java.io.InputStream;

import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;

/**
 * Refuses messages above a size with the words of etcd's transport, which the transport
 * here would put differently. A message that is too large is not parsed.
 */
final class RequestLimit implements ServerInterceptor {

	/**
	 * The size of a message that was not parsed: gRPC hands it over on the same thread.
	 */
	private final ThreadLocal<Integer> refused = new ThreadLocal<>();

	private final int maxBytes;

	RequestLimit(int maxBytes) {
		this.maxBytes = maxBytes;
	}

	/**
	 * Puts the limit before a service.
	 * @param service the service
	 * @return the service with the limit
	 */
	ServerServiceDefinition limit(ServerServiceDefinition service) {
		ServerServiceDefinition.Builder limited = ServerServiceDefinition
			.builder(service.getServiceDescriptor().getName());
		service.getMethods().forEach((method) -> limited.addMethod(limit(method)));
		return ServerInterceptors.intercept(limited.build(), this);
	}

	private <Q, A> ServerMethodDefinition<Q, A> limit(ServerMethodDefinition<Q, A> method) {
		MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
		if (!(descriptor.getRequestMarshaller() instanceof MethodDescriptor.PrototypeMarshaller<Q> marshaller)) {
			return method;
		}
		return ServerMethodDefinition.create(
				descriptor.toBuilder(new Measuring<>(marshaller), descriptor.getResponseMarshaller()).build(),
				method.getServerCallHandler());
	}

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
			ServerCallHandler<Q, A> next) {
		return new ForwardingServerCallListener.SimpleForwardingServerCallListener<Q>(next.startCall(call, headers)) {

			private boolean closed;

			@Override
			public void onMessage(Q message) {
				Integer size = RequestLimit.this.refused.get();
				if (size == null) {
					super.onMessage(message);
					return;
				}
				RequestLimit.this.refused.remove();
				if (!this.closed) {
					this.closed = true;
					call.close(Status.RESOURCE_EXHAUSTED
						.withDescription("grpc: received message larger than max (%d vs. %d)".formatted(size,
								RequestLimit.this.maxBytes)),
							new Metadata());
					super.onCancel();
				}
			}

			@Override
			public void onHalfClose() {
				if (!this.closed) {
					super.onHalfClose();
				}
			}

		};
	}

	/**
	 * Looks at the size before it parses.
	 */
	private final class Measuring<Q> implements MethodDescriptor.Marshaller<Q> {

		private final MethodDescriptor.PrototypeMarshaller<Q> marshaller;

		private Measuring(MethodDescriptor.PrototypeMarshaller<Q> marshaller) {
			this.marshaller = marshaller;
		}

		@Override
		public InputStream stream(Q value) {
			return this.marshaller.stream(value);
		}

		@Override
		public Q parse(InputStream stream) {
			int size = size(stream);
			Q prototype = this.marshaller.getMessagePrototype();
			if (size > RequestLimit.this.maxBytes && prototype != null) {
				RequestLimit.this.refused.set(size);
				return prototype;
			}
			return this.marshaller.parse(stream);
		}

		private static int size(InputStream stream) {
			try {
				return stream.available();
			}
			catch (IOException ex) {
				throw Status.INTERNAL.withDescription("A request cannot be read").withCause(ex).asRuntimeException();
			}
		}

	}

}
