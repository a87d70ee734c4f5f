/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * One opening of a stream, on one connection. It has a listener of its own, so that what
 * still arrives for it after its owner has moved on is ignored.
 *
 * @param <Q> the type of the requests on the wire
 * @param <R> the type of the answers
 */
final class WireStream<Q, R> extends ClientCall.Listener<R> {

	/**
	 * The state of a channel may be old news; whether it is worth waiting for a
	 * connection is found out by waiting.
	 */
	private static final CallOptions CALL_OPTIONS = AttemptTracer.CALL_OPTIONS.withWaitForReady();

	private final ResumableStream<Q, R> owner;

	private final Endpoint endpoint;

	private final int connection;

	private final int streamConnection;

	private final Credentials.@Nullable Token token;

	private final long startedAt;

	private final ManagedChannel channel;

	private final LastHeard lastHeard;

	private final AttemptTracer tracer;

	private @Nullable ClientCall<Q, R> clientCall;

	private @Nullable LivenessProbe probe;

	private long awaitsSince;

	private boolean awaits;

	private boolean over;

	WireStream(ResumableStream<Q, R> owner, Endpoint endpoint, Credentials.@Nullable Token token, Timer timer) {
		this.owner = owner;
		this.endpoint = endpoint;
		this.connection = endpoint.connection();
		this.streamConnection = endpoint.streamConnection();
		this.token = token;
		this.startedAt = timer.nanoTime();
		this.channel = endpoint.streamChannel();
		this.lastHeard = new LastHeard(timer);
		this.tracer = new AttemptTracer(this.lastHeard);
	}

	void start(StreamRpc<Q, R> rpc) {
		Metadata headers = new Metadata();
		if (rpc.requiresLeader()) {
			headers.put(Attempt.HAS_LEADER, "true");
		}
		if (this.token != null && this.token.value() != null) {
			headers.put(Attempt.TOKEN, this.token.value());
		}
		if (this.channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
			this.channel.resetConnectBackoff();
		}
		Context context = Context.ROOT.attach();
		ClientCall<Q, R> started = null;
		try {
			started = this.channel.newCall(rpc.method(), CALL_OPTIONS);
			this.tracer.beforeStart();
			try {
				started.start(this, headers);
			}
			finally {
				AttemptTracer.afterStart();
			}
		}
		catch (RuntimeException ex) {
			// An interceptor of the application, or a channel that was shut down
			// meanwhile.
			if (started != null) {
				started.cancel("The stream could not be started", ex);
			}
			over(Status.fromThrowable(ex), started == null);
			return;
		}
		finally {
			Context.ROOT.detach(context);
		}
		this.clientCall = started;
		this.endpoint.opened(this);
		if (rpc.window() > 0) {
			started.request(rpc.window());
		}
	}

	void send(Q request) {
		ClientCall<Q, R> call = this.clientCall;
		if (call != null && !this.over) {
			call.sendMessage(request);
		}
	}

	void halfClose() {
		ClientCall<Q, R> call = this.clientCall;
		if (call != null && !this.over) {
			call.halfClose();
		}
	}

	void request(int answers) {
		ClientCall<Q, R> call = this.clientCall;
		if (call != null) {
			call.request(answers);
		}
	}

	/** Take the stream off the wire; nothing of it is heard any more. */
	void cancel() {
		this.over = true;
		this.endpoint.ended(this);
		ClientCall<Q, R> call = this.clientCall;
		if (call != null) {
			call.cancel("The stream ended on the client's side", null);
		}
	}

	/**
	 * Something was sent to which the server answers at once when it is in good health.
	 * @param now the time
	 */
	void awaitAnswer(long now) {
		if (!this.awaits) {
			this.awaits = true;
			this.awaitsSince = now;
		}
	}

	/**
	 * Whether to look after the stream: called once a second.
	 * @param now the time
	 */
	void check(long now) {
		if (this.over) {
			return;
		}
		if (!this.tracer.hasStream()) {
			if (now - this.startedAt >= Endpoints.PATIENCE_NANOS) {
				giveUp("no connection for streams after " + (now - this.startedAt) / 1_000_000 + " ms");
			}
		}
		else if (this.awaits && now - this.awaitsSince >= Endpoints.PATIENCE_NANOS
				&& this.lastHeard.isSilentSince(now - Endpoints.PATIENCE_NANOS)) {
			probe(now);
		}
	}

	/** The endpoint does not answer calls: find out about streams. */
	void suspect() {
		this.owner.execute(() -> {
			if (!this.over && this.tracer.hasStream()) {
				probe(this.owner.nanoTime());
			}
		});
	}

	private void probe(long now) {
		if (this.probe == null) {
			this.probe = new LivenessProbe(this.channel, this.owner.timer(),
					(alive) -> this.owner.execute(() -> probed(alive, now)));
			this.probe.start();
		}
	}

	private void probed(boolean alive, long since) {
		this.probe = null;
		if (!this.over && !alive && this.lastHeard.isSilentSince(since)) {
			giveUp("the endpoint does not answer");
		}
	}

	private void giveUp(String why) {
		boolean unsent = !this.tracer.hasStream();
		cancel();
		this.endpoint.renewStreams(this.streamConnection);
		this.owner.lost(this, Status.UNAVAILABLE.withDescription(why), unsent);
	}

	@Override
	public void onMessage(R answer) {
		this.owner.execute(() -> {
			if (!this.over) {
				this.awaits = false;
				this.owner.received(this, answer);
			}
		});
	}

	@Override
	public void onClose(Status status, Metadata trailers) {
		boolean unsent = this.tracer.provesUnsent(status);
		this.owner.execute(() -> over(Attempt.decoded(status), unsent));
	}

	private void over(Status status, boolean unsent) {
		if (!this.over) {
			this.over = true;
			this.endpoint.ended(this);
			this.owner.lost(this, status, unsent);
		}
	}

	Endpoint endpoint() {
		return this.endpoint;
	}

	int connection() {
		return this.connection;
	}

	int streamConnection() {
		return this.streamConnection;
	}

	Credentials.@Nullable Token token() {
		return this.token;
	}

	long startedAt() {
		return this.startedAt;
	}

	ManagedChannel channel() {
		return this.channel;
	}

}
