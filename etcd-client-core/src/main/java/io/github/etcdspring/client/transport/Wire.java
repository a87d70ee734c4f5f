/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;

import com.google.protobuf.ByteString;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.proto.ResponseHeader;

/**
 * Makes gRPC methods out of hand-written encoders and decoders, and the client's own
 * types out of generated ones.
 *
 * @since 0.1.0
 */
public final class Wire {

	/**
	 * Above this a message gets an array of its own, so that the shared one stays small.
	 */
	private static final int LARGEST_SHARED = 128 * 1024;

	private static final ThreadLocal<byte[]> shared = ThreadLocal.withInitial(() -> new byte[8 * 1024]);

	private static final Marshaller<Encoded> requests = new Marshaller<>() {

		@Override
		public InputStream stream(Encoded value) {
			return value.stream();
		}

		@Override
		public Encoded parse(InputStream stream) {
			throw new UnsupportedOperationException("A client reads no requests");
		}

	};

	private Wire() {
	}

	/**
	 * Describe a unary method.
	 * @param <R> the type of its result
	 * @param fullName the name of service and method, such as
	 * {@code etcdserverpb.KV/Range}
	 * @param decoder makes the result of an answer
	 * @return the method
	 */
	public static <R> MethodDescriptor<Encoded, R> unary(String fullName, Function<WireReader, R> decoder) {
		return method(MethodDescriptor.MethodType.UNARY, fullName, decoder);
	}

	/**
	 * Describe a method whose answer is a stream.
	 * @param <R> the type of each result
	 * @param fullName the name of service and method
	 * @param decoder makes a result of each answer
	 * @return the method
	 */
	public static <R> MethodDescriptor<Encoded, R> serverStreaming(String fullName, Function<WireReader, R> decoder) {
		return method(MethodDescriptor.MethodType.SERVER_STREAMING, fullName, decoder);
	}

	private static <R> MethodDescriptor<Encoded, R> method(MethodDescriptor.MethodType type, String fullName,
			Function<WireReader, R> decoder) {
		return MethodDescriptor.<Encoded, R>newBuilder()
			.setType(type)
			.setFullMethodName(fullName)
			.setRequestMarshaller(requests)
			.setResponseMarshaller(new ResponseMarshaller<>(decoder))
			.build();
	}

	/**
	 * Make a generated method return the client's own type.
	 * @param <Q> the type of the request
	 * @param <M> the type of the answer on the wire
	 * @param <R> the type of the result
	 * @param method the generated method
	 * @param mapper makes the result of an answer
	 * @return the method
	 */
	public static <Q, M, R> MethodDescriptor<Q, R> mapped(MethodDescriptor<Q, M> method, Function<M, R> mapper) {
		return method.toBuilder(method.getRequestMarshaller(), new MappedMarshaller<>(method, mapper)).build();
	}

	/**
	 * Make the client's own type of a header. Some answers have none: it is all zeros
	 * then.
	 * @param header the header on the wire
	 * @return the header
	 */
	public static Header header(ResponseHeader header) {
		return new Header(header.getClusterId(), header.getMemberId(), header.getRevision(), header.getRaftTerm());
	}

	/**
	 * Read bytes of an answer.
	 * @param bytes the bytes in the answer
	 * @return the bytes
	 */
	public static Bytes bytes(ByteString bytes) {
		return Bytes.wrap(bytes.toByteArray());
	}

	/**
	 * Write bytes of a request.
	 * @param bytes the bytes
	 * @return the bytes in the request
	 */
	public static ByteString bytes(Bytes bytes) {
		return ByteString.copyFrom(bytes.asByteBuffer());
	}

	private record MappedMarshaller<M, R>(MethodDescriptor<?, M> method,
			Function<M, R> mapper) implements Marshaller<R> {

		@Override
		public InputStream stream(R value) {
			throw new UnsupportedOperationException("A client writes no answers");
		}

		@Override
		public R parse(InputStream stream) {
			return this.mapper.apply(this.method.parseResponse(stream));
		}

	}

	private static final class ResponseMarshaller<R> implements Marshaller<R> {

		private final Function<WireReader, R> decoder;

		ResponseMarshaller(Function<WireReader, R> decoder) {
			this.decoder = decoder;
		}

		@Override
		public InputStream stream(R value) {
			throw new UnsupportedOperationException("A client writes no answers");
		}

		@Override
		public R parse(InputStream stream) {
			try {
				if (stream instanceof KnownLength) {
					int length = stream.available();
					byte[] buffer = (length <= LARGEST_SHARED) ? shared(length) : new byte[length];
					if (stream.readNBytes(buffer, 0, length) != length) {
						throw new WireReader.MalformedMessageException("an early end");
					}
					return this.decoder.apply(new WireReader(buffer, length));
				}
				byte[] all = stream.readAllBytes();
				return this.decoder.apply(new WireReader(all, all.length));
			}
			catch (IOException | WireReader.MalformedMessageException ex) {
				throw Status.INTERNAL.withDescription(ex.getMessage()).withCause(ex).asRuntimeException();
			}
		}

		private static byte[] shared(int length) {
			byte[] buffer = shared.get();
			if (buffer.length < length) {
				buffer = new byte[Math.min(LARGEST_SHARED, Math.max(length, 2 * buffer.length))];
				shared.set(buffer);
			}
			return buffer;
		}

	}

}
