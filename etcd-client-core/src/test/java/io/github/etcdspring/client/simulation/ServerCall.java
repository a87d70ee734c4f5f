/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of a call.
 */
final class ServerCall {

	private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

	private static final Metadata.Key<String> HAS_LEADER = Metadata.Key.of("hasleader",
			Metadata.ASCII_STRING_MARSHALLER);

	private final Connection connection;

	private final SimulatedCall<?, ?> client;

	private final String method;

	private final @Nullable String token;

	private final boolean requiresLeader;

	private @Nullable Handler handler;

	private boolean answered;

	private boolean over;

	ServerCall(Connection connection, SimulatedCall<?, ?> client, String method, Metadata headers) {
		this.connection = connection;
		this.client = client;
		this.method = method;
		this.token = headers.get(TOKEN);
		this.requiresLeader = headers.containsKey(HAS_LEADER);
	}

	String method() {
		return this.method;
	}

	@Nullable String token() {
		return this.token;
	}

	boolean requiresLeader() {
		return this.requiresLeader;
	}

	boolean isOver() {
		return this.over;
	}

	void opened() {
		if (this.connection.serve(this)) {
			Member member = this.connection.member();
			member.cluster().traffic().called(this.method);
			this.handler = member.accept(this);
		}
		else {
			this.over = true;
		}
	}

	void received(byte[] message) {
		Handler serving = this.handler;
		if (!this.over && serving != null) {
			this.connection.member().cluster().traffic().requested();
			try {
				serving.received(message);
			}
			catch (InvalidProtocolBufferException ex) {
				throw new IllegalStateException("the client sent what is no message of " + this.method, ex);
			}
		}
	}

	void halfClosed() {
		// Every call that is served here ends by itself, or with its connection.
	}

	void cancelled() {
		if (!this.over) {
			this.over = true;
			this.connection.served(this);
			if (this.handler != null) {
				this.handler.cancelled();
			}
		}
	}

	void send(MessageLite answer) {
		if (!this.over) {
			byte[] bytes = answer.toByteArray();
			if (!this.answered) {
				this.answered = true;
				this.connection.toClient(this.client::receivedHeaders);
			}
			this.connection.toClient(() -> this.client.received(bytes));
		}
	}

	void close(Status status) {
		if (!this.over) {
			this.over = true;
			this.connection.served(this);
			if (this.handler != null) {
				this.handler.cancelled();
			}
			this.connection.toClient(() -> this.client.receivedEnd(status));
		}
	}

	void answer(MessageLite answer) {
		send(answer);
		close(Status.OK);
	}

	/**
	 * What a member does with a call.
	 */
	interface Handler {

		void received(byte[] message) throws InvalidProtocolBufferException;

		/** The call is over; nothing can be sent any more. */
		default void cancelled() {
		}

	}

}
