/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * gRPC's own health service. etcd answers it without a token and without touching its
 * store; the empty request asks about the server as a whole.
 */
final class HealthRpc {

	static final int SERVING = 1;

	static final int NOT_SERVING = 2;

	private static final byte[] THE_SERVER = new byte[0];

	/** Asks once. */
	static final MethodDescriptor<byte[], byte[]> CHECK = method("Check", MethodDescriptor.MethodType.UNARY);

	/** Is told the state, and each change of it. */
	static final MethodDescriptor<byte[], byte[]> WATCH = method("Watch", MethodDescriptor.MethodType.SERVER_STREAMING);

	private HealthRpc() {
	}

	private static MethodDescriptor<byte[], byte[]> method(String name, MethodDescriptor.MethodType type) {
		return MethodDescriptor.<byte[], byte[]>newBuilder()
			.setType(type)
			.setFullMethodName("grpc.health.v1.Health/" + name)
			.setRequestMarshaller(new BytesMarshaller())
			.setResponseMarshaller(new BytesMarshaller())
			.build();
	}

	/**
	 * Start a call and send its request.
	 * @param call the call
	 * @param listener is told what comes back
	 * @param headers what is sent along
	 * @param answers how many answers may come without being asked for
	 */
	static void send(ClientCall<byte[], byte[]> call, ClientCall.Listener<byte[]> listener, Metadata headers,
			int answers) {
		// Whoever happens to ask must not end the call along with its own.
		Context context = Context.ROOT.attach();
		try {
			call.start(listener, headers);
		}
		finally {
			Context.ROOT.detach(context);
		}
		call.request(answers);
		call.sendMessage(THE_SERVER);
		call.halfClose();
	}

	/**
	 * Make the headers of a question that a member without a leader refuses.
	 * @return the headers
	 */
	static Metadata requiringLeader() {
		Metadata headers = new Metadata();
		headers.put(Attempt.HAS_LEADER, "true");
		return headers;
	}

	/**
	 * Read an answer.
	 * @param answer the answer as it came
	 * @return the number of the state, 0 if there is none
	 */
	static int state(byte[] answer) {
		int state = 0;
		try {
			WireReader reader = new WireReader(answer, answer.length);
			for (int field = reader.nextField(); field != 0; field = reader.nextField()) {
				if (field == 1) {
					state = (int) reader.int64();
				}
				else {
					reader.skip();
				}
			}
			return state;
		}
		catch (WireReader.MalformedMessageException ex) {
			// Whoever says that, it is no member of a cluster.
			return 0;
		}
	}

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
