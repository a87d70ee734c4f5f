/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.nio.channels.ClosedChannelException;
import java.util.Objects;

import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Reason;

/**
 * One sending of a call. It has a listener of its own, so that what still arrives for it
 * after the call has moved on is ignored.
 *
 * @param <Q> the type of the request on the wire
 * @param <R> the type of the answer
 */
final class Attempt<Q, R> extends ClientCall.Listener<R> {

	static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

	static final Metadata.Key<String> HAS_LEADER = Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

	private final Call<Q, R> call;

	private final Endpoint endpoint;

	private final int connection;

	private final Credentials.@Nullable Token token;

	private final long startedAt;

	private final AttemptTracer tracer;

	private volatile @Nullable ClientCall<Q, R> clientCall;

	private volatile boolean abandoned;

	private @Nullable R answer;

	private boolean superfluous;

	Attempt(Call<Q, R> call, Endpoint endpoint, Credentials.@Nullable Token token, long startedAt) {
		this.call = call;
		this.endpoint = endpoint;
		this.connection = endpoint.connection();
		this.tracer = new AttemptTracer(endpoint.lastHeard());
		this.token = token;
		this.startedAt = startedAt;
	}

	void start() {
		Rpc<Q, R> rpc = this.call.rpc();
		Metadata headers = new Metadata();
		if (rpc.requiresLeader()) {
			headers.put(HAS_LEADER, "true");
		}
		if (this.token != null && this.token.value() != null) {
			headers.put(TOKEN, this.token.value());
		}
		ClientCall<Q, R> started = null;
		// Whoever happens to send for another caller must not end its call along with its
		// own.
		Context context = Context.ROOT.attach();
		try {
			started = this.endpoint.channel().newCall(rpc.method(), AttemptTracer.CALL_OPTIONS);
			this.tracer.beforeStart();
			try {
				started.start(this, headers);
			}
			finally {
				AttemptTracer.afterStart();
			}
			// One answer is expected; asking for two lets a second one be noticed.
			started.request(2);
			started.sendMessage(rpc.request());
			started.halfClose();
		}
		catch (RuntimeException ex) {
			// An interceptor of the application, or a channel that was shut down
			// meanwhile.
			if (started != null) {
				started.cancel("The call could not be started", ex);
			}
			this.call.attemptClosed(this, Status.fromThrowable(ex), started == null);
			return;
		}
		finally {
			Context.ROOT.detach(context);
		}
		this.clientCall = started;
		if (this.call.hasLeft(this) || this.abandoned) {
			started.cancel("The call ended while it was started", null);
		}
	}

	/**
	 * Take the attempt off the wire. Its call has moved on.
	 */
	void cancel() {
		ClientCall<Q, R> started = this.clientCall;
		if (started != null) {
			started.cancel("The call ended on the client's side", null);
		}
	}

	/**
	 * The connection does not answer any more. What can be repeated goes elsewhere, and
	 * so does a write that never got onto the connection; one that did keeps waiting,
	 * because it may be applied.
	 */
	void connectionLost() {
		if (this.call.rpc().repeatable()) {
			this.call.failOver(this, Reason.CONNECTION_LOST, "the endpoint does not answer");
		}
		else if (!this.tracer.hasStream()) {
			this.abandoned = true;
			cancel();
		}
	}

	/**
	 * Whether its call waits for it, and another member would answer it if this one has
	 * lost its leader: it would hold a read until its own time is over.
	 * @return whether it may be sent elsewhere
	 */
	boolean isHeldWithoutLeader() {
		Rpc<Q, R> rpc = this.call.rpc();
		// A token is asked for without the header, but the member reads the password like
		// any other read.
		boolean read = rpc.requiresLeader() || !rpc.authenticated();
		return rpc.repeatable() && read && rpc.endpoint() == null && this.call.retriesReads()
				&& !this.call.hasLeft(this);
	}

	/** The member has lost its leader, and there is another one to ask. */
	void leaderLost() {
		this.call.failOver(this, Reason.NO_LEADER, "the member has no leader");
	}

	@Override
	public void onMessage(R message) {
		this.superfluous = this.answer != null;
		this.answer = message;
	}

	@Override
	public void onClose(Status closed, Metadata trailers) {
		Status status = meaning(closed);
		boolean unsent = this.tracer.provesUnsent(closed);
		if (status.isOk() && this.superfluous) {
			this.call.attemptClosed(this, Status.INTERNAL.withDescription("The server sent two answers"), false);
		}
		else if (status.isOk() && this.answer != null) {
			this.call.succeed(this, Objects.requireNonNull(this.answer));
		}
		else if (status.isOk()) {
			this.call.attemptClosed(this, Status.INTERNAL.withDescription("The server sent no answer"), false);
		}
		else if (this.abandoned && unsent) {
			this.call.attemptClosed(this, Status.UNAVAILABLE.withDescription("The connection was given up"), true);
		}
		else {
			this.call.attemptClosed(this, status, unsent);
		}
	}

	/**
	 * Say what a status really means.
	 * @param status how gRPC ended a call
	 * @return how it ended
	 */
	static Status meaning(Status status) {
		if (status.getCode() == Status.Code.UNKNOWN && status.getCause() instanceof ClosedChannelException) {
			// No server says so: the connection ended while the call was handed to it.
			return Status.UNAVAILABLE.withDescription(status.getDescription()).withCause(status.getCause());
		}
		return (isUnreadable(status) && status.getCause() instanceof StatusRuntimeException decoder)
				? decoder.getStatus() : status;
	}

	/**
	 * Whether the answer could not be decoded, which gRPC hides behind a cancellation.
	 * @param status how gRPC ended a call
	 * @return whether the same answer would be as unreadable again
	 */
	static boolean isUnreadable(Status status) {
		return status.getCode() == Status.Code.CANCELLED && status.getCause() instanceof StatusRuntimeException decoder
				&& decoder.getStatus().getCode() == Status.Code.INTERNAL;
	}

	Endpoint endpoint() {
		return this.endpoint;
	}

	int connection() {
		return this.connection;
	}

	Credentials.@Nullable Token token() {
		return this.token;
	}

	long startedAt() {
		return this.startedAt;
	}

}
