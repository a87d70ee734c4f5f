/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.proto.AuthenticateResponse;

/**
 * One of the two servers that are compared, asked over plain stubs.
 */
final class ComparedServer implements AutoCloseable {

	private static final long TIMEOUT_SECONDS = 30;

	private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

	private final ManagedChannel channel;

	private final Map<String, String> tokens = new HashMap<>();

	private final Map<String, WatchTranscript> watches = new TreeMap<>();

	ComparedServer(String endpoint) {
		this.channel = Grpc
			.newChannelBuilder(endpoint.substring("http://".length()), InsecureChannelCredentials.create())
			.maxInboundMessageSize(Integer.MAX_VALUE)
			.build();
	}

	/**
	 * Sends a request and waits for the end of the call.
	 * @param method what to call; of a call with a stream of requests this is the only
	 * one
	 * @param request the request
	 * @param user whose token to send, {@code null} for none
	 * @return the answers and, unless it is OK, the status
	 */
	List<Object> call(MethodDescriptor<?, ?> method, Message request, @Nullable String user) {
		@SuppressWarnings("unchecked")
		MethodDescriptor<Message, Message> typed = (MethodDescriptor<Message, Message>) method;
		Answers answers = new Answers();
		var call = channel(user).newCall(typed,
				CallOptions.DEFAULT.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS));
		if (method.getType() == MethodDescriptor.MethodType.BIDI_STREAMING) {
			StreamObserver<Message> requests = ClientCalls.asyncBidiStreamingCall(call, answers);
			requests.onNext(request);
			requests.onCompleted();
		}
		else if (method.getType() == MethodDescriptor.MethodType.SERVER_STREAMING) {
			ClientCalls.asyncServerStreamingCall(call, request, answers);
		}
		else {
			ClientCalls.asyncUnaryCall(call, request, answers);
		}
		return answers.await();
	}

	void keepToken(String user, List<Object> answers) {
		if (answers.get(0) instanceof AuthenticateResponse login) {
			this.tokens.put(user, login.getToken());
		}
	}

	Channel channel(@Nullable String user) {
		if (user == null) {
			return this.channel;
		}
		Metadata headers = new Metadata();
		headers.put(TOKEN, this.tokens.getOrDefault(user, "no.1"));
		return ClientInterceptors.intercept(this.channel, MetadataUtils.newAttachHeadersInterceptor(headers));
	}

	/**
	 * Returns a watch stream, opened if need be.
	 * @param name the name of the stream
	 * @param user whose token to send, {@code null} for none
	 * @return the stream
	 */
	WatchTranscript watches(String name, @Nullable String user) {
		return this.watches.computeIfAbsent(name, (any) -> new WatchTranscript(channel(user)));
	}

	Map<String, WatchTranscript> watches() {
		return this.watches;
	}

	void closeWatches() {
		this.watches.values().forEach(WatchTranscript::close);
		this.watches.clear();
		this.tokens.clear();
	}

	@Override
	public void close() {
		closeWatches();
		this.channel.shutdownNow();
	}

	private static final class Answers implements StreamObserver<Message> {

		private final List<Object> all = new ArrayList<>();

		private final CountDownLatch end = new CountDownLatch(1);

		@Override
		public void onNext(Message answer) {
			this.all.add(answer);
		}

		@Override
		public void onError(Throwable ex) {
			this.all.add(Status.fromThrowable(ex));
			this.end.countDown();
		}

		@Override
		public void onCompleted() {
			this.end.countDown();
		}

		List<Object> await() {
			try {
				if (!this.end.await(TIMEOUT_SECONDS * 2, TimeUnit.SECONDS)) {
					throw new AssertionError("A call does not end");
				}
				return this.all;
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
