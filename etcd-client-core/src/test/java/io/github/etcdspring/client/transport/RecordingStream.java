/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.transport.ScriptedServer.StreamStep;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;

/**
 * A service that sends one request on each stream, and remembers what the engine told it.
 */
final class RecordingStream implements StreamHandler<LeaseKeepAliveResponse> {

	static final StreamRpc<LeaseKeepAliveRequest, LeaseKeepAliveResponse> RPC = StreamRpc.endless("keep alive",
			LeaseGrpc.getLeaseKeepAliveMethod());

	/** Answers the first request, and leaves the stream open. */
	static final StreamStep GOOD = (stream) -> {
		stream.request(1, LeaseKeepAliveRequest.parser());
		stream.reply(answer(1));
	};

	private final ResumableStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream;

	private final List<String> events = new ArrayList<>();

	private final List<Failure> failures = new ArrayList<>();

	private volatile Runnable whenOpened = this::sendNothing;

	private volatile Consumer<LeaseKeepAliveResponse> whenReceived = this::works;

	private volatile Runnable whenDisconnected = this::sendNothing;

	private int opened;

	RecordingStream(TestClient client) {
		this(client, RPC);
	}

	RecordingStream(TestClient client, StreamRpc<LeaseKeepAliveRequest, LeaseKeepAliveResponse> rpc) {
		this.stream = client.transport().stream(rpc, this);
	}

	static LeaseKeepAliveRequest request(long number) {
		return LeaseKeepAliveRequest.newBuilder().setID(number).build();
	}

	static LeaseKeepAliveResponse answer(long number) {
		return LeaseKeepAliveResponse.newBuilder().setID(number).build();
	}

	static StreamStep refusal(Status.Code code, String text) {
		return (stream) -> stream.fail(code, text);
	}

	/**
	 * Answer the first request, and then end the stream.
	 * @param code how
	 * @param text why
	 * @return the step
	 */
	static StreamStep goodUntil(Status.Code code, String text) {
		return (stream) -> {
			GOOD.handle(stream);
			stream.fail(code, text);
		};
	}

	RecordingStream start() {
		this.stream.start();
		return this;
	}

	RecordingStream whenOpened(Runnable action) {
		this.whenOpened = action;
		return this;
	}

	RecordingStream whenReceived(Consumer<LeaseKeepAliveResponse> action) {
		this.whenReceived = action;
		return this;
	}

	RecordingStream whenDisconnected(Runnable action) {
		this.whenDisconnected = action;
		return this;
	}

	ResumableStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream() {
		return this.stream;
	}

	void close() {
		this.stream.execute(this.stream::close);
	}

	private void sendNothing() {
	}

	private void works(LeaseKeepAliveResponse response) {
		this.stream.works();
	}

	@Override
	public void opened() {
		record("opened", null);
		this.stream.send(request(++this.opened));
		this.whenOpened.run();
	}

	@Override
	public void received(LeaseKeepAliveResponse answer) {
		record("received " + answer.getID(), null);
		this.whenReceived.accept(answer);
	}

	@Override
	public void disconnected(Failure failure, int attempts) {
		record("disconnected " + attempts + " " + failure.reason(), failure);
		this.whenDisconnected.run();
	}

	@Override
	public void ended(Failure failure) {
		record("ended " + failure.reason(), failure);
	}

	@Override
	public void completed() {
		record("completed", null);
	}

	private synchronized void record(String event, @Nullable Failure failure) {
		this.events.add(event);
		if (failure != null) {
			this.failures.add(failure);
		}
		notifyAll();
	}

	synchronized List<String> events() {
		return List.copyOf(this.events);
	}

	List<String> events(String prefix) {
		return events().stream().filter((event) -> event.startsWith(prefix)).toList();
	}

	synchronized Failure lastFailure() {
		return this.failures.get(this.failures.size() - 1);
	}

	/**
	 * Wait for an event.
	 * @param prefix how it begins
	 * @return this
	 */
	RecordingStream await(String prefix) {
		return await(prefix, 1);
	}

	RecordingStream await(String prefix, int count) {
		return StreamScript.awaitOrFail(this, () -> events(prefix).size() >= count,
				() -> count + " times '" + prefix + "' but " + this.events, () -> this);
	}

}
