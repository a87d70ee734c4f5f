/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.concurrent.TimeUnit;

import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One opening of a stream, on one connection. It has a listener of its own, so that what
 * still arrives for it after its owner has moved on is ignored.
 *
 * @param <Q> the type of the requests on the wire
 * @param <R> the type of the answers
 */
final class WireStream<Q, R> extends ClientCall.Listener<R> {

	private static final Logger logger = LoggerFactory.getLogger(WireStream.class);

	private final ResumableStream<Q, R> owner;

	private final Endpoint endpoint;

	private final int connection;

	private final int streamConnection;

	private final Credentials.@Nullable Token token;

	private final long startedAt;

	private final long patienceNanos;

	private final ManagedChannel channel;

	private final LastHeard lastHeard;

	private final AttemptTracer tracer;

	private @Nullable ClientCall<Q, R> clientCall;

	private @Nullable LivenessProbe probe;

	private long awaitsSince;

	private boolean awaits;

	private boolean over;

	private boolean unreadable;

	WireStream(ResumableStream<Q, R> owner, Endpoint endpoint, Credentials.@Nullable Token token, long patienceNanos,
			Timer timer) {
		this.owner = owner;
		this.endpoint = endpoint;
		this.connection = endpoint.connection();
		this.streamConnection = endpoint.streamConnection();
		this.token = token;
		this.startedAt = timer.nanoTime();
		this.patienceNanos = patienceNanos;
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
			// The state of a channel may be old news; whether it is worth waiting for a
			// connection is found out by waiting.
			started = this.channel.newCall(rpc.method(), this.tracer.ownCallOptions().withWaitForReady());
			started.start(this, headers);
			if (rpc.window() > 0) {
				started.request(rpc.window());
			}
		}
		catch (RuntimeException ex) {
			// An interceptor of the application, or a channel that was shut down
			// meanwhile.
			cancel(started, "The stream could not be started", ex);
			over(Status.fromThrowable(ex), started == null);
			return;
		}
		finally {
			Context.ROOT.detach(context);
		}
		this.clientCall = started;
		this.endpoint.opened(this);
	}

	void send(Q request) {
		ClientCall<Q, R> call = this.clientCall;
		if (call != null && !this.over) {
			guarded(call, () -> call.sendMessage(request));
		}
	}

	void halfClose() {
		ClientCall<Q, R> call = this.clientCall;
		if (call != null && !this.over) {
			guarded(call, call::halfClose);
		}
	}

	void request(int answers) {
		ClientCall<Q, R> call = this.clientCall;
		if (call != null && !this.over) {
			guarded(call, () -> call.request(answers));
		}
	}

	private void guarded(ClientCall<Q, R> call, Runnable action) {
		try {
			action.run();
		}
		catch (RuntimeException ex) {
			// An interceptor of the application.
			cancel(call, "The stream could not be used", ex);
			this.owner.execute(() -> over(Status.fromThrowable(ex), false));
		}
	}

	/** Take the stream off the wire; nothing of it is heard any more. */
	void cancel() {
		if (this.over) {
			return;
		}
		this.over = true;
		this.endpoint.ended(this);
		cancel(this.clientCall, "The stream ended on the client's side", null);
	}

	private static void cancel(@Nullable ClientCall<?, ?> call, String why, @Nullable Throwable cause) {
		try {
			if (call != null) {
				call.cancel(why, cause);
			}
		}
		catch (RuntimeException ex) {
			// An interceptor of the application, which must not keep a stream from
			// ending.
			logger.warn("A stream could not be cancelled", ex);
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
			if (now - this.startedAt >= this.patienceNanos) {
				giveUp("no connection for streams after " + TimeUnit.NANOSECONDS.toMillis(now - this.startedAt)
						+ " ms");
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

	/**
	 * There is a better endpoint to go to.
	 * @param complaint what is wrong with this one
	 */
	void failOver(LeaderCheck.Complaint complaint) {
		this.owner.execute(() -> this.owner.failOver(this, complaint));
	}

	/**
	 * Another stream has found a connection dead.
	 * @param dead its number
	 * @param since the time of the question that nobody answered
	 */
	private void connectionDied(int dead, long since) {
		this.owner.execute(() -> {
			if (!this.over && this.streamConnection == dead && this.lastHeard.isSilentSince(since)) {
				giveUp("the endpoint does not answer");
			}
		});
	}

	private void probe(long now) {
		if (this.streamConnection != this.endpoint.streamConnection()) {
			// Nothing can be asked on a connection that was given up.
			giveUp("the endpoint does not answer");
		}
		else if (this.probe == null) {
			this.probe = new LivenessProbe(this.channel, this.owner.timer(), false,
					(verdict) -> this.owner.execute(() -> probed(verdict, now)));
			this.probe.start();
		}
	}

	private void probed(LivenessProbe.Verdict verdict, long since) {
		this.probe = null;
		if (!this.over && verdict == LivenessProbe.Verdict.SILENT && this.lastHeard.isSilentSince(since)) {
			giveUp("the endpoint does not answer");
			this.endpoint.forEachStream((other) -> other.connectionDied(this.streamConnection, since));
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
		this.owner.execute(() -> {
			this.unreadable = Attempt.isUnreadable(status);
			over(Attempt.meaning(status), unsent);
		});
	}

	private void over(Status status, boolean unsent) {
		if (!this.over) {
			this.over = true;
			this.endpoint.ended(this);
			this.owner.lost(this, status, unsent);
		}
	}

	boolean isUnreadable() {
		return this.unreadable;
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

}
