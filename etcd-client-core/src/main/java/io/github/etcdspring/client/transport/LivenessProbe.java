/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a server for a sign of life with gRPC's own health check, which etcd answers
 * without a token, without a leader and without touching its store. Any answer is one,
 * also a refusal.
 */
final class LivenessProbe {

	private static final Logger logger = LoggerFactory.getLogger(LivenessProbe.class);

	private static final long PATIENCE_NANOS = 1_000_000_000L;

	private static final MethodDescriptor.Marshaller<byte[]> bytes = new MethodDescriptor.Marshaller<>() {

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

	};

	private static final MethodDescriptor<byte[], byte[]> check = MethodDescriptor.<byte[], byte[]>newBuilder()
		.setType(MethodDescriptor.MethodType.UNARY)
		.setFullMethodName("grpc.health.v1.Health/Check")
		.setRequestMarshaller(bytes)
		.setResponseMarshaller(bytes)
		.build();

	private final ManagedChannel channel;

	private final Timer timer;

	private final Consumer<Boolean> verdict;

	private final AtomicBoolean decided = new AtomicBoolean();

	LivenessProbe(ManagedChannel channel, Timer timer, Consumer<Boolean> verdict) {
		this.channel = channel;
		this.timer = timer;
		this.verdict = verdict;
	}

	void start() {
		try {
			ask();
		}
		catch (RuntimeException ex) {
			// An interceptor of the application; that says nothing about the endpoint.
			logger.warn("An endpoint could not be asked for a sign of life", ex);
			seemsAlive();
		}
	}

	private void ask() {
		ClientCall<byte[], byte[]> call = this.channel.newCall(check, CallOptions.DEFAULT);
		Timer.Timeout timeout = this.timer.schedule(PATIENCE_NANOS, () -> {
			if (this.decided.compareAndSet(false, true)) {
				call.cancel("The endpoint gives no sign of life", null);
				this.verdict.accept(false);
			}
		});
		send(call, new ClientCall.Listener<>() {

			@Override
			public void onClose(Status status, Metadata trailers) {
				timeout.cancel();
				// A connection that breaks ends the waiting calls by itself.
				seemsAlive();
			}

		});
	}

	private void seemsAlive() {
		if (this.decided.compareAndSet(false, true)) {
			this.verdict.accept(true);
		}
	}

	/**
	 * Say why a channel that has failed to connect did so. gRPC tells this only to a
	 * call, which it refuses on the spot.
	 * @param channel the channel
	 * @return the cause, or {@code null} if it is not known
	 */
	static @Nullable String failureOf(ManagedChannel channel) {
		String[] failure = new String[1];
		try {
			ClientCall<byte[], byte[]> call = channel.newCall(check, CallOptions.DEFAULT);
			send(call, new ClientCall.Listener<>() {

				@Override
				public void onClose(Status status, Metadata trailers) {
					failure[0] = FailureRules.describe(status);
				}

			});
			String known = failure[0];
			call.cancel("Only the cause was wanted", null);
			return known;
		}
		catch (RuntimeException ex) {
			// An interceptor of the application.
			return null;
		}
	}

	private static void send(ClientCall<byte[], byte[]> call, ClientCall.Listener<byte[]> listener) {
		Context context = Context.ROOT.attach();
		try {
			call.start(listener, new Metadata());
		}
		finally {
			Context.ROOT.detach(context);
		}
		call.request(2);
		call.sendMessage(new byte[0]);
		call.halfClose();
	}

}
