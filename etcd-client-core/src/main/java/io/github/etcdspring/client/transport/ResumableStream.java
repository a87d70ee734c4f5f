/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

import io.grpc.Status;
import io.grpc.SynchronizationContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;

/**
 * A stream that lasts longer than its connections. It owns when to connect again: the
 * pauses, the endpoints, the token. What to say then is the business of its
 * {@link StreamHandler}, which also decides after how many attempts somebody has waited
 * enough; the stream itself never gives up but for a failure that would only repeat.
 * <p>
 * Everything happens in one synchronization context. A service uses
 * {@link #execute(Runnable)} to join it; all other methods belong to that context.
 *
 * @param <Q> the type of the requests on the wire
 * @param <R> the type of the answers
 * @since 0.1.0
 */
public final class ResumableStream<Q, R> {

	private static final Logger logger = LoggerFactory.getLogger(ResumableStream.class);

	private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** A stream that breaks sooner is not opened again at once for ever. */
	private static final long SHORT_LIFE_NANOS = TimeUnit.SECONDS.toNanos(5);

	private final Transport transport;

	private final StreamRpc<Q, R> rpc;

	private final StreamHandler<R> handler;

	private final SynchronizationContext context = new SynchronizationContext((thread, ex) -> defect(ex));

	private @Nullable WireStream<Q, R> wire;

	/** Grows with each step, so that what was asked for before it is told apart. */
	private int step;

	private boolean working;

	/** Attempts in a row that failed; each is a sweep of all endpoints. */
	private int attempts;

	/** Openings in a row that failed. */
	private int openings;

	private int leaderless;

	/** Streams in a row that worked, but not for long. */
	private int shortLives;

	private int refreshes;

	/** A new token was fetched because the one before had no permission. */
	private boolean denied;

	private Credentials.@Nullable Token refused;

	private Timer.@Nullable Timeout pause;

	private Timer.@Nullable Timeout check;

	private EndpointQueue.@Nullable Waiting place;

	private @Nullable TokenWaiter tokenWaiter;

	private boolean ended;

	ResumableStream(Transport transport, StreamRpc<Q, R> rpc, StreamHandler<R> handler) {
		this.transport = transport;
		this.rpc = rpc;
		this.handler = handler;
	}

	/**
	 * Open the stream, and keep it open from now on. To be called once, on any thread.
	 */
	public void start() {
		execute(() -> {
			if (this.ended) {
				return;
			}
			// Before the look at the client: one of the two sees the other.
			this.transport.remember(this);
			if (this.transport.isRefusing()) {
				end(closed());
			}
			else {
				connect();
			}
		});
	}

	/**
	 * Run a task in the stream's context: at once, or after the tasks that run there now.
	 * May be called on any thread.
	 * @param task the task, which must not block
	 */
	public void execute(Runnable task) {
		this.context.execute(task);
	}

	/**
	 * Run a task in the stream's context after a delay. May be called on any thread.
	 * @param delayNanos the delay in nanoseconds
	 * @param task the task, which must not block
	 * @return what cancels it
	 */
	public Timer.Timeout schedule(long delayNanos, Runnable task) {
		return timer().schedule(delayNanos, () -> execute(task));
	}

	/**
	 * Return the monotonic time.
	 * @return nanoseconds since an arbitrary origin
	 */
	public long nanoTime() {
		return timer().nanoTime();
	}

	Timer timer() {
		return this.transport.timer();
	}

	/**
	 * Whether there is a stream to a member, on which requests can be sent.
	 * @return whether it is open
	 */
	public boolean isOpen() {
		return this.wire != null;
	}

	/**
	 * Send a request. Without an open stream it goes nowhere: what matters is sent again
	 * when there is one.
	 * @param request the request
	 */
	public void send(Q request) {
		if (this.wire != null) {
			this.wire.send(request);
		}
	}

	/** Say that nothing more will be sent on the open stream. */
	public void halfClose() {
		if (this.wire != null) {
			this.wire.halfClose();
		}
	}

	/**
	 * Ask for more answers; only without a window.
	 * @param answers how many
	 */
	public void request(int answers) {
		if (this.wire != null) {
			this.wire.request(answers);
		}
	}

	/**
	 * A member in good health answers at once to what was sent last; if nothing comes,
	 * find out whether there is still anybody.
	 */
	public void awaitAnswer() {
		if (this.wire != null) {
			this.wire.awaitAnswer(nanoTime());
		}
	}

	/** The stream does what it is for: attempts are counted anew. */
	public void works() {
		this.working = true;
		this.attempts = 0;
		this.openings = 0;
		this.leaderless = 0;
		this.refreshes = 0;
		this.refused = null;
	}

	/**
	 * Whether there is a user, for whom a token that is refused can be replaced.
	 * @return whether the client fetches its tokens itself
	 */
	public boolean replacesTokens() {
		return this.transport.credentials().canRefresh();
	}

	/**
	 * Whether there is, or may be, another token than the one of the open stream.
	 * @return whether {@link #tokenRefused} would lead to a stream with another token
	 */
	public boolean canRefreshToken() {
		return this.wire != null && this.transport.credentials().canReplace(this.wire.token());
	}

	/**
	 * Whether a newer token than that of the open stream may be permitted what this one
	 * is not. A yes is to be followed by a stream with a newer one.
	 * @param before whether the same was permitted before
	 * @return whether the permission may be denied because the token is not valid any
	 * more
	 */
	public boolean tryNewTokenAfterDenial(boolean before) {
		return this.wire != null
				&& this.transport.credentials().tryNewTokenAfterDenial(this.wire.token(), before, nanoTime());
	}

	/**
	 * Return the place of the open stream's token in the sequence of the client's tokens.
	 * @return the place, which grows with each token; 0 if the stream is not open
	 */
	public long tokenNumber() {
		Credentials.Token token = (this.wire != null) ? this.wire.token() : null;
		return (token != null) ? token.generation() : 0;
	}

	/**
	 * The server refused the token of the open stream by an answer on it. The stream is
	 * opened again with a newer one.
	 * @param failure what it said
	 */
	public void tokenRefused(Failure failure) {
		WireStream<Q, R> open = this.wire;
		if (open == null) {
			return;
		}
		leave();
		int now = this.step;
		// Its handler says so, and must not be called inside of itself.
		execute(() -> {
			if (this.step == now) {
				countLife(open);
				refreshToken(open, failure.withEndpoint(open.endpoint().name()));
			}
		});
	}

	/**
	 * Wait for a token that comes after another one, before the stream is opened.
	 * @param number the {@linkplain #tokenNumber() place} of the other token
	 * @return {@code false} if the stream is open, with that token or one that comes
	 * before it, or if there is a newer one than the stream's
	 */
	public boolean requireTokenAfter(long number) {
		if (this.wire != null) {
			return tokenNumber() > number && this.transport.credentials().isCurrent(this.wire.token());
		}
		if (this.refused == null || this.refused.generation() < number) {
			this.refused = new Credentials.Token(null, number);
		}
		return true;
	}

	/**
	 * Return the endpoint of the open stream as it was configured, to send a call to the
	 * same member.
	 * @return the endpoint, or {@code null}
	 */
	public @Nullable String member() {
		return (this.wire != null) ? this.wire.endpoint().configured() : null;
	}

	/**
	 * Return the endpoint of the open stream.
	 * @return its name, or {@code null}
	 */
	public @Nullable String endpoint() {
		return (this.wire != null) ? this.wire.endpoint().name() : null;
	}

	/** End the stream. Its handler is not told. */
	public void close() {
		if (!this.ended) {
			this.ended = true;
			leave();
			this.transport.forget(this);
		}
	}

	/** The client is being closed. */
	void clientClosed() {
		execute(() -> end(closed()));
	}

	// What a service does not know any more, its consumers must not go on waiting for.
	private void defect(Throwable ex) {
		logger.error("A defect in a stream", ex);
		try {
			end(describe(Reason.OTHER, StatusCode.INTERNAL, this.wire, "a defect in the client", ex));
		}
		catch (Throwable another) {
			logger.error("A defect at the end of a stream", another);
		}
	}

	private Failure closed() {
		return describe(Reason.CLOSED, StatusCode.CANCELLED, null, "the client is closed", null);
	}

	private void connect() {
		if (this.ended) {
			return;
		}
		int now = ++this.step;
		Credentials credentials = this.transport.credentials();
		Credentials.Token token = credentials.current();
		Credentials.Token old = this.refused;
		boolean outdated = old != null && token != null && token.generation() <= old.generation();
		if (token == null || (outdated && credentials.canRefresh())) {
			TokenWaiter waiter = new TokenWaiter(now);
			this.tokenWaiter = waiter;
			credentials.refresh(old, waiter);
			return;
		}
		Endpoint endpoint = this.transport.endpoints().pick(this.rpc.endpoint());
		if (endpoint == null) {
			this.place = this.transport.endpoints().await(this.rpc.endpoint(), new EndpointWaiter(now));
			return;
		}
		this.working = false;
		WireStream<Q, R> opening;
		try {
			opening = new WireStream<>(this, endpoint, token, patience(), timer());
		}
		catch (RuntimeException ex) {
			// The application's channel customizer.
			this.attempts++;
			interrupted(describe(Reason.OTHER, StatusCode.UNKNOWN, null, "the channel could not be made: " + ex, ex),
					this.attempts);
			connectAfter(pause(this.attempts));
			return;
		}
		this.wire = opening;
		opening.start(this.rpc);
		if (this.wire == opening) {
			scheduleCheck(opening);
			this.handler.opened();
		}
	}

	// With each attempt more, or a line on which connecting takes long never gets there.
	private long patience() {
		return Math.min(Endpoints.GIVE_UP_NANOS, (this.attempts + 1) * Endpoints.PATIENCE_NANOS);
	}

	private void scheduleCheck(WireStream<Q, R> open) {
		this.check = schedule(CHECK_NANOS, () -> {
			if (this.wire == open) {
				open.check(nanoTime());
				if (this.wire == open) {
					scheduleCheck(open);
				}
			}
		});
	}

	void received(WireStream<Q, R> from, R answer) {
		if (from == this.wire) {
			this.handler.received(answer);
			if (this.rpc.window() > 0 && from == this.wire) {
				from.request(1);
			}
		}
	}

	void lost(WireStream<Q, R> lost, Status status, boolean unsent) {
		if (lost != this.wire) {
			return;
		}
		leave();
		countLife(lost);
		if (this.transport.isClosed()) {
			end(closed());
			return;
		}
		if (status.isOk() && this.rpc.finite()) {
			this.ended = true;
			this.transport.forget(this);
			this.handler.completed();
			return;
		}
		Reason reason = FailureRules.reason(status, unsent);
		Failure failure = status.isOk()
				? describe(Reason.CONNECTION_LOST, StatusCode.UNAVAILABLE, lost, "the server ended the stream", null)
				: describe(reason, StatusCode.of(status.getCode().value()), lost, FailureRules.describe(status),
						status.getCause());
		if (lost.isUnreadable()) {
			end(failure);
			return;
		}
		boolean blamed = this.rpc.endpoint() == null && FailureRules.blamesEndpoint(status, reason);
		if (blamed) {
			blame(lost);
		}
		switch (FailureRules.streamStep(status, reason, candidates())) {
			case END -> {
				if (status.getCode() == Status.Code.PERMISSION_DENIED && mayBeTheOldToken(lost)) {
					refreshToken(lost, failure);
				}
				else {
					end(failure);
				}
			}
			case REFRESH_TOKEN -> refreshToken(lost, failure);
			case AWAIT_LEADER -> awaitLeader(failure);
			case RESUME -> resume(failure, blamed);
		}
	}

	/**
	 * Go to another endpoint, which is there. That is no failure that anybody counts.
	 * @param from the stream to the endpoint to leave
	 * @param complaint what is wrong with it
	 */
	void failOver(WireStream<Q, R> from, LeaderCheck.Complaint complaint) {
		// An answer that ends would begin anew.
		if (from != this.wire || this.rpc.finite() || this.rpc.endpoint() != null) {
			return;
		}
		Failure failure = describe(complaint.reason(), StatusCode.UNAVAILABLE, from, "the member " + complaint.text(),
				null);
		leave();
		countLife(from);
		if (this.working) {
			interrupted(failure, 0);
		}
		connectAfter(pause(0));
	}

	// How many endpoints there are to ask one after the other.
	private int candidates() {
		return (this.rpc.endpoint() != null) ? 1 : this.transport.endpoints().size();
	}

	private void countLife(WireStream<Q, R> lost) {
		if (this.working) {
			this.shortLives = (nanoTime() - lost.startedAt() < SHORT_LIFE_NANOS) ? this.shortLives + 1 : 0;
		}
	}

	private void blame(WireStream<Q, R> lost) {
		this.transport.endpoints().failed(lost.endpoint(), lost.connection());
		if (candidates() == 1) {
			// Behind one address there may be several members.
			lost.endpoint().renewStreams(lost.streamConnection());
		}
	}

	private boolean mayBeTheOldToken(WireStream<Q, R> lost) {
		boolean again = this.denied && nanoTime() - lost.startedAt() < SHORT_LIFE_NANOS;
		this.denied = true;
		return !again && this.transport.credentials().tryNewTokenAfterDenial(lost.token(), this.working, nanoTime());
	}

	private void refreshToken(WireStream<Q, R> lost, Failure failure) {
		if (!this.transport.credentials().canReplace(lost.token())) {
			end(failure);
			return;
		}
		this.refreshes++;
		this.refused = lost.token();
		if (this.refreshes > FailureRules.TOKEN_REFRESHES) {
			// From here on it is for its consumers to say how long that may go on.
			this.attempts++;
			interrupted(failure, this.attempts);
		}
		else if (this.working) {
			// A token that has expired is no trouble.
			this.handler.disconnected(failure, 0);
		}
		connectAfter(pause(this.refreshes));
	}

	private void awaitLeader(Failure failure) {
		this.leaderless++;
		if (this.working) {
			interrupted(failure, 0);
			connectAfter(pause(0));
			return;
		}
		boolean everybodyWasAsked = this.leaderless % candidates() == 0;
		connectAfter(everybodyWasAsked ? Pauses.forLeader(this.transport.random()) : 0);
	}

	private void resume(Failure failure, boolean blamed) {
		boolean sweep = true;
		if (this.working) {
			this.attempts = 1;
			this.openings = 0;
		}
		else {
			// Who is not to blame is asked again, and nobody else.
			sweep = !blamed || ++this.openings % candidates() == 0;
			this.attempts += sweep ? 1 : 0;
		}
		if (sweep) {
			interrupted(failure, this.attempts);
		}
		connectAfter(sweep ? pause(this.attempts) : 0);
	}

	private void interrupted(Failure failure, int failedAttempts) {
		this.transport.troubles().interrupted(failure);
		this.handler.disconnected(failure, failedAttempts);
	}

	private long pause(int attempts) {
		return Pauses.later(Math.max(attempts, this.shortLives), this.transport.random());
	}

	private void connectAfter(long pauseNanos) {
		if (this.ended) {
			return;
		}
		int now = ++this.step;
		// After what was just said against the endpoint: it must not be picked again.
		Runnable connecting = () -> this.transport.endpoints().execute(() -> execute(() -> {
			if (this.step == now) {
				connect();
			}
		}));
		if (pauseNanos == 0) {
			connecting.run();
		}
		else {
			this.pause = timer().schedule(pauseNanos, connecting);
		}
	}

	private void end(Failure failure) {
		if (!this.ended) {
			this.ended = true;
			leave();
			this.transport.forget(this);
			this.handler.ended(failure);
		}
	}

	// Whatever the stream is doing or waiting for, it is not any more.
	private void leave() {
		this.step++;
		WireStream<Q, R> open = this.wire;
		this.wire = null;
		if (open != null) {
			open.cancel();
		}
		if (this.tokenWaiter != null) {
			this.transport.credentials().forget(this.tokenWaiter);
			this.tokenWaiter = null;
		}
		if (this.place != null) {
			this.place.cancel();
			this.place = null;
		}
		this.pause = cancelled(this.pause);
		this.check = cancelled(this.check);
	}

	private static Timer.@Nullable Timeout cancelled(Timer.@Nullable Timeout timeout) {
		if (timeout != null) {
			timeout.cancel();
		}
		return null;
	}

	private Failure describe(Reason reason, StatusCode status, @Nullable WireStream<Q, R> lost, @Nullable String detail,
			@Nullable Throwable cause) {
		return new Failure(this.rpc.operation(), false, status, reason, Outcome.NOT_APPLIED,
				(lost != null) ? lost.endpoint().name() : null, this.attempts + 1, detail, OptionalLong.empty(), cause);
	}

	private final class EndpointWaiter implements EndpointQueue.Waiter {

		private final int since;

		EndpointWaiter(int since) {
			this.since = since;
		}

		@Override
		public void endpointReady() {
			execute(() -> {
				if (ResumableStream.this.step == this.since) {
					ResumableStream.this.place = null;
					connect();
				}
			});
		}

		@Override
		public void unreachable(String causes) {
			execute(() -> {
				if (ResumableStream.this.step != this.since) {
					return;
				}
				ResumableStream.this.place = null;
				if (ResumableStream.this.transport.isClosed()) {
					end(closed());
					return;
				}
				ResumableStream.this.attempts++;
				Failure failure = describe(Reason.UNREACHABLE, StatusCode.UNAVAILABLE, null,
						"no endpoint could be reached: " + causes, null);
				String only = ResumableStream.this.rpc.endpoint();
				if (only != null && !ResumableStream.this.transport.endpoints().has(only)) {
					// It was replaced; nobody will ever reach it.
					end(failure);
					return;
				}
				interrupted(failure, ResumableStream.this.attempts);
				// The connect timeout was pause enough, unless it is very short.
				long waited = Timer.nanos(ResumableStream.this.transport.options().connectTimeout());
				connectAfter(Math.max(0, Endpoints.REDIAL_NANOS - waited));
			});
		}

	}

	private final class TokenWaiter implements Credentials.Waiter {

		private final int since;

		TokenWaiter(int since) {
			this.since = since;
		}

		@Override
		public void tokenReady() {
			execute(() -> {
				if (ResumableStream.this.step == this.since) {
					connect();
				}
			});
		}

		@Override
		public void tokenFailed(Failure failure) {
			execute(() -> {
				if (ResumableStream.this.step != this.since) {
					return;
				}
				if (ResumableStream.this.transport.isClosed()) {
					end(closed());
					return;
				}
				String detail = "authenticate: "
						+ ((failure.detail() != null) ? failure.detail() : String.valueOf(failure.reason().text()));
				Failure described = describe(failure.reason(), failure.status(), null, detail, failure.cause())
					.withEndpoint(failure.endpoint());
				if (FailureRules.isPermanent(failure.status())) {
					end(described);
					return;
				}
				ResumableStream.this.attempts++;
				interrupted(described, ResumableStream.this.attempts);
				connectAfter(pause(ResumableStream.this.attempts));
			});
		}

	}

}
