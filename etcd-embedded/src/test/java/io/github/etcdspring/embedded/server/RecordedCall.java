/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A bidirectional call whose answers are kept, taken from the network only as far as
 * asked for.
 *
 * @param <Q> the type of the requests
 * @param <A> the type of the answers
 */
final class RecordedCall<Q, A> {

	private final BlockingQueue<A> answers = new LinkedBlockingQueue<>();

	private final CompletableFuture<Status> end = new CompletableFuture<>();

	private final ClientCall<Q, A> call;

	RecordedCall(Channel channel, MethodDescriptor<Q, A> method, Metadata metadata) {
		this.call = channel.newCall(method, CallOptions.DEFAULT);
		this.call.start(new ClientCall.Listener<>() {

			@Override
			public void onMessage(A message) {
				RecordedCall.this.answers.add(message);
			}

			@Override
			public void onClose(Status status, Metadata trailers) {
				RecordedCall.this.end.complete(status);
			}

		}, metadata);
	}

	/**
	 * Open a call that takes every answer.
	 */
	static <Q, A> RecordedCall<Q, A> open(Channel channel, MethodDescriptor<Q, A> method) {
		RecordedCall<Q, A> opened = new RecordedCall<>(channel, method, new Metadata());
		opened.request(Integer.MAX_VALUE);
		return opened;
	}

	void request(int count) {
		this.call.request(count);
	}

	void send(Q request) {
		this.call.sendMessage(request);
	}

	void halfClose() {
		this.call.halfClose();
	}

	void cancel() {
		this.call.cancel("the test is done with it", null);
	}

	boolean isEmpty() {
		return this.answers.isEmpty();
	}

	A take() throws InterruptedException {
		A answer = this.answers.poll(20, TimeUnit.SECONDS);
		assertThat(answer).as("an answer within 20 s").isNotNull();
		return answer;
	}

	List<A> take(int count) throws InterruptedException {
		List<A> taken = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			taken.add(take());
		}
		return taken;
	}

	Status end() throws Exception {
		return this.end.get(20, TimeUnit.SECONDS);
	}

}
