/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.function.Consumer;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Drainable;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A call of the client, as gRPC treats one: it waits for a connection, becomes a stream
 * on it, tells the tracers of that, and hands over no more answers than were asked for.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the answers
 */
final class SimulatedCall<Q, R> extends ClientCall<Q, R> {

	private final SimulatedChannel channel;

	private final MethodDescriptor<Q, R> method;

	private final CallOptions options;

	private final List<ClientStreamTracer> tracers = new ArrayList<>();

	private final Queue<Runnable> early = new ArrayDeque<>();

	private final Queue<byte[]> answers = new ArrayDeque<>();

	private @Nullable Listener<R> listener;

	private @Nullable Metadata headers;

	private @Nullable Connection connection;

	private @Nullable ServerCall peer;

	private @Nullable Status end;

	private boolean traced;

	private int wanted;

	private boolean delivering;

	private boolean over;

	SimulatedCall(SimulatedChannel channel, MethodDescriptor<Q, R> method, CallOptions options) {
		this.channel = channel;
		this.method = method;
		this.options = options;
	}

	@Override
	public void start(Listener<R> listener, Metadata headers) {
		this.listener = listener;
		this.headers = headers;
		this.channel.start(this);
	}

	boolean waitsForReady() {
		return this.options.isWaitForReady();
	}

	/** Ask for tracers, as gRPC does when it knows its channel's configuration. */
	void trace() {
		if (this.traced) {
			return;
		}
		this.traced = true;
		ClientStreamTracer.StreamInfo info = ClientStreamTracer.StreamInfo.newBuilder()
			.setCallOptions(this.options)
			.build();
		for (ClientStreamTracer.Factory factory : this.options.getStreamTracerFactories()) {
			this.tracers.add(factory.newClientStreamTracer(info, Objects.requireNonNull(this.headers)));
		}
	}

	/**
	 * Become a stream.
	 * @param connection the connection
	 */
	void stream(Connection connection) {
		this.connection = connection;
		connection.add(this);
		Metadata sent = Objects.requireNonNull(this.headers);
		this.tracers.forEach((tracer) -> {
			tracer.streamCreated(Attributes.EMPTY, sent);
			tracer.outboundHeaders();
		});
		ServerCall call = new ServerCall(connection, this, this.method.getFullMethodName(), sent);
		this.peer = call;
		connection.toServer(call::opened);
		for (Runnable step = this.early.poll(); step != null; step = this.early.poll()) {
			step.run();
		}
	}

	@Override
	public void sendMessage(Q message) {
		byte[] bytes = read(this.method.streamRequest(message));
		whenStream(() -> send((peer) -> peer.received(bytes)));
	}

	@Override
	public void halfClose() {
		whenStream(() -> send(ServerCall::halfClosed));
	}

	private void whenStream(Runnable step) {
		if (this.over) {
			return;
		}
		if (this.peer != null) {
			step.run();
		}
		else {
			this.early.add(step);
		}
	}

	private void send(Consumer<ServerCall> step) {
		ServerCall call = Objects.requireNonNull(this.peer);
		Objects.requireNonNull(this.connection).toServer(() -> step.accept(call));
	}

	@Override
	public void request(int answers) {
		this.wanted += answers;
		deliver();
	}

	@Override
	public void cancel(@Nullable String message, @Nullable Throwable cause) {
		if (this.over || this.listener == null) {
			return;
		}
		Status status = Status.CANCELLED.withDescription(message).withCause(cause);
		if (this.peer != null) {
			send(ServerCall::cancelled);
		}
		this.answers.clear();
		leave();
		closed(status);
		this.channel.time().after(0, () -> tell(status));
	}

	/**
	 * Fail without ever becoming a stream.
	 * @param status why
	 */
	void fail(Status status) {
		if (!this.over) {
			trace();
			leave();
			closed(status);
			tell(status);
		}
	}

	void connectionLost(String why) {
		finish(Status.UNAVAILABLE.withDescription("io exception").withCause(new ConnectException(why)));
	}

	void shutdownNow() {
		if (this.peer != null) {
			send(ServerCall::cancelled);
		}
		this.answers.clear();
		finish(Status.UNAVAILABLE.withDescription("Channel shutdownNow invoked"));
	}

	void receivedHeaders() {
		if (!this.over) {
			this.tracers.forEach(ClientStreamTracer::inboundHeaders);
		}
	}

	void received(byte[] answer) {
		if (!this.over && this.end == null) {
			this.tracers.forEach((tracer) -> tracer.inboundWireSize(answer.length));
			this.answers.add(answer);
			deliver();
		}
	}

	void receivedEnd(Status status) {
		if (!this.over) {
			this.tracers.forEach((tracer) -> tracer.inboundTrailers(new Metadata()));
			finish(status);
		}
	}

	private void finish(Status status) {
		if (!this.over && this.end == null) {
			this.end = status;
			leave();
			closed(status);
			deliver();
		}
	}

	private void deliver() {
		if (this.delivering) {
			return;
		}
		this.delivering = true;
		try {
			while (!this.over && this.wanted > 0 && !this.answers.isEmpty()) {
				this.wanted--;
				byte[] answer = this.answers.remove();
				Objects.requireNonNull(this.listener)
					.onMessage(this.method.parseResponse(new ByteArrayInputStream(answer)));
			}
		}
		finally {
			this.delivering = false;
		}
		Status status = this.end;
		if (!this.over && status != null && this.answers.isEmpty()) {
			this.over = true;
			Objects.requireNonNull(this.listener).onClose(status, new Metadata());
		}
	}

	private void leave() {
		this.channel.ended(this);
		if (this.connection != null) {
			this.connection.remove(this);
		}
	}

	private void closed(Status status) {
		this.tracers.forEach((tracer) -> tracer.streamClosed(status));
	}

	private void tell(Status status) {
		if (!this.over) {
			this.over = true;
			Objects.requireNonNull(this.listener).onClose(status, new Metadata());
		}
	}

	private static byte[] read(InputStream stream) {
		try (stream) {
			if (stream instanceof Drainable drainable) {
				ByteArrayOutputStream bytes = new ByteArrayOutputStream(stream.available());
				drainable.drainTo(bytes);
				return bytes.toByteArray();
			}
			return stream.readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public String toString() {
		return this.method.getFullMethodName();
	}

}
