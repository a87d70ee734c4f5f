/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;

/**
 * One unary call: its future, its attempts and its one deadline.
 * <p>
 * The state is one reference: {@link Phase#WAITING} while nothing is on the wire, the
 * {@link Attempt} that is, or {@link Phase#DONE}. Whoever changes it with a
 * compare-and-set owns the next step, so that an answer, the deadline, a cancellation and
 * a lost connection cannot both act; and a call that ends while it waits is known not to
 * be sent any more.
 *
 * @param <Q> the type of the request on the wire
 * @param <R> the type of the answer
 */
final class Call<Q, R> extends CompletableFuture<R> implements Runnable, EndpointQueue.Waiter, Credentials.Waiter {

	private static final Logger logger = LoggerFactory.getLogger(Call.class);

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(Call.class, "state", Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** How long an attempt may be silent before its connection is checked. */
	private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final Transport transport;

	private final Rpc<Q, R> rpc;

	private final boolean handOver;

	private final long startedAt;

	private final long timeoutNanos;

	@SuppressWarnings("unused") // Read and written through STATE.
	private volatile Object state = Phase.WAITING;

	private volatile Timer.@Nullable Timeout timeout;

	private volatile EndpointQueue.@Nullable Waiting place;

	private volatile Timer.@Nullable Timeout pause;

	private volatile boolean awaitsToken;

	private volatile int attempts;

	private int resends;

	private int refreshes;

	private Credentials.@Nullable Token refusedToken;

	private volatile @Nullable Failure lastFailure;

	private volatile @Nullable Failure failure;

	/**
	 * Create a call.
	 * @param transport the client's engine
	 * @param rpc what to send
	 * @param timeoutNanos how long it may take as a whole
	 * @param handOver whether dependents run on the callback executor; otherwise there is
	 * only a thread that waits
	 */
	Call(Transport transport, Rpc<Q, R> rpc, long timeoutNanos, boolean handOver) {
		this.transport = transport;
		this.rpc = rpc;
		this.handOver = handOver;
		this.startedAt = transport.timer().nanoTime();
		this.timeoutNanos = timeoutNanos;
	}

	Rpc<Q, R> rpc() {
		return this.rpc;
	}

	Call<Q, R> start() {
		int limit = this.transport.options().maxOutboundSize();
		if (this.rpc.requestSize() > limit) {
			refuseAtStart(Reason.MESSAGE_TOO_LARGE, StatusCode.RESOURCE_EXHAUSTED,
					"trying to send message larger than max (" + this.rpc.requestSize() + " vs. " + limit
							+ "): raise the client's maximum outbound size");
			return this;
		}
		if (this.transport.isClosed()) {
			return startClosed();
		}
		this.timeout = this.transport.timer().schedule(Math.min(this.timeoutNanos, SILENCE_NANOS), this);
		if (this.transport.isClosed()) {
			closeNow();
			return this;
		}
		proceed();
		return this;
	}

	/**
	 * End at once, because the client is closed.
	 * @return this call
	 */
	Call<Q, R> startClosed() {
		refuseAtStart(Reason.CLOSED, StatusCode.CANCELLED, "the client is closed");
		return this;
	}

	private void refuseAtStart(Reason reason, StatusCode status, String detail) {
		if (claim(Phase.WAITING)) {
			Failure described = describe(reason, status, Outcome.NOT_APPLIED, null, detail, null);
			this.failure = described;
			finished(described);
			tell(null, described);
			// On the caller's thread: nobody can depend on the call yet.
			complete(null, described);
		}
	}

	/** Take the next step; called by whoever owns the call while it waits. */
	private void proceed() {
		if (STATE.getAcquire(this) != Phase.WAITING) {
			return;
		}
		Credentials.Token token = null;
		if (this.rpc.authenticated()) {
			Credentials credentials = this.transport.credentials();
			token = credentials.current();
			Credentials.Token refused = this.refusedToken;
			if (token == null || (refused != null && token.generation() <= refused.generation())) {
				this.awaitsToken = true;
				credentials.refresh(refused, this);
				forgetIfDone();
				return;
			}
		}
		Endpoint endpoint = this.transport.endpoints().pick(this.rpc.endpoint());
		if (endpoint == null) {
			this.place = this.transport.endpoints().await(this.rpc.endpoint(), this);
			forgetIfDone();
			return;
		}
		long now = this.transport.timer().nanoTime();
		if (this.rpc.endpoint() == null) {
			endpoint.touch(now);
		}
		Attempt<Q, R> attempt = new Attempt<>(this, endpoint, token, now);
		int count = this.attempts + 1;
		this.attempts = count;
		if (STATE.compareAndSet(this, Phase.WAITING, attempt)) {
			attempt.start();
		}
		else {
			this.attempts = count - 1;
		}
	}

	@Override
	public void endpointReady() {
		this.place = null;
		proceed();
	}

	@Override
	public void unreachable(String causes) {
		if (this.transport.isClosed()) {
			closeNow();
			return;
		}
		Failure before = this.lastFailure;
		refuse(Reason.UNREACHABLE, StatusCode.UNAVAILABLE, "no endpoint could be reached: " + causes
				+ ((before != null) ? "; the attempt before: " + before.detail() : ""));
	}

	@Override
	public void tokenReady() {
		this.awaitsToken = false;
		proceed();
	}

	@Override
	public void tokenFailed(Failure failure) {
		if (failure.reason() == Reason.TIMEOUT && this.timeoutNanos < Timer.FOREVER) {
			// Only this call's own deadline ends it; until then a token may still come.
			proceed();
		}
		else if (claim(Phase.WAITING)) {
			String detail = (failure.detail() != null) ? failure.detail() : String.valueOf(failure.reason().text());
			fail(describe(failure.reason(), failure.status(), Outcome.NOT_APPLIED, failure.endpoint(),
					"authenticate: " + detail, failure.cause()));
		}
	}

	/**
	 * Whether the call is no longer waiting for this attempt.
	 * @param attempt the attempt
	 * @return whether it has moved on or ended
	 */
	boolean hasLeft(Attempt<Q, R> attempt) {
		return STATE.getAcquire(this) != attempt;
	}

	void succeed(Attempt<Q, R> attempt, R answer) {
		if (claim(attempt)) {
			finished(null);
			tell(answer, null);
			deliver(answer, null);
		}
	}

	/**
	 * gRPC has ended an attempt without an answer.
	 * @param attempt the attempt
	 * @param status how it ended
	 * @param unsent whether it provably reached no connection
	 */
	void attemptClosed(Attempt<Q, R> attempt, Status status, boolean unsent) {
		if (this.transport.isClosed()) {
			// Whatever gRPC calls it.
			closeNow();
			return;
		}
		Reason reason = FailureRules.reason(status, unsent);
		Endpoints endpoints = this.transport.endpoints();
		FailureRules.Step step = FailureRules.step(this.rpc, status, reason, unsent,
				this.transport.options().retryReads(), endpoints.size());
		if (step == FailureRules.Step.REFRESH_TOKEN && !mayRefresh(attempt, reason)) {
			step = FailureRules.Step.FAIL;
		}
		Failure described = describe(reason, StatusCode.of(status.getCode().value()),
				FailureRules.outcome(this.rpc, status, reason, unsent), attempt.endpoint().name(),
				FailureRules.describe(status), status.getCause());
		if (step == FailureRules.Step.FAIL) {
			if (claim(attempt)) {
				blame(attempt, status, reason);
				fail(described);
			}
			return;
		}
		this.lastFailure = described;
		if (!STATE.compareAndSet(this, attempt, Phase.WAITING)) {
			return;
		}
		blame(attempt, status, reason);
		if (step == FailureRules.Step.REFRESH_TOKEN) {
			this.refreshes++;
			this.refusedToken = attempt.token();
			after(Pauses.later(this.refreshes, this.transport.random()));
		}
		else {
			this.resends++;
			after((step == FailureRules.Step.RESEND)
					? Pauses.soon(this.resends, endpoints.size(), this.transport.random())
					: Pauses.later(this.resends, this.transport.random()));
		}
	}

	private boolean mayRefresh(Attempt<Q, R> attempt, Reason refusal) {
		return FailureRules.mayRefreshToken(refusal, this.refreshes)
				&& this.transport.credentials().canReplace(attempt.token());
	}

	private void blame(Attempt<Q, R> attempt, Status status, Reason reason) {
		if (this.rpc.endpoint() == null && FailureRules.blamesEndpoint(status, reason)) {
			this.transport.endpoints().failed(attempt.endpoint(), attempt.connection());
		}
	}

	private void after(long pauseNanos) {
		// After what was just said against the endpoint: it must not be picked again.
		Runnable proceeding = () -> this.transport.endpoints().execute(this::proceed);
		if (pauseNanos == 0) {
			proceeding.run();
		}
		else {
			this.pause = this.transport.timer().schedule(pauseNanos, proceeding);
			forgetIfDone();
		}
	}

	/**
	 * Send a repeatable call again elsewhere, if reads are.
	 * @param attempt the attempt that is given up
	 * @param reason why
	 * @param detail the same in words
	 */
	void failOver(Attempt<Q, R> attempt, Reason reason, String detail) {
		Failure described = describe(reason, StatusCode.UNAVAILABLE, outcomeOnTheWire(), attempt.endpoint().name(),
				detail, null);
		this.lastFailure = described;
		if (!retriesReads()) {
			if (claim(attempt)) {
				attempt.cancel();
				fail(described);
			}
		}
		else if (STATE.compareAndSet(this, attempt, Phase.WAITING)) {
			attempt.cancel();
			proceed();
		}
	}

	boolean retriesReads() {
		return this.transport.options().retryReads();
	}

	/** The timer looks at the call: once a second, and at its deadline. */
	@Override
	public void run() {
		Object seen = STATE.getAcquire(this);
		if (seen == Phase.DONE) {
			return;
		}
		long now = this.transport.timer().nanoTime();
		long rest = this.timeoutNanos - (now - this.startedAt);
		if (rest <= 0) {
			expire();
			return;
		}
		long next = SILENCE_NANOS;
		if (seen instanceof Attempt<?, ?> attempt) {
			long waited = now - attempt.startedAt();
			if (waited < SILENCE_NANOS) {
				next = SILENCE_NANOS - waited;
			}
			else if (attempt.endpoint().isSilentSince(now - SILENCE_NANOS)
					|| attempt.endpoint().failureDetector().isDead(attempt.connection())
					|| !attempt.endpoint().isFit()) {
				this.transport.endpoints().execute(() -> attempt.endpoint().failureDetector().suspect(attempt));
			}
		}
		this.timeout = this.transport.timer().schedule(Math.min(rest, next), this);
		if (this.transport.isClosed()) {
			closeNow();
		}
		else if (STATE.getAcquire(this) == Phase.DONE) {
			cancelTimeout();
		}
	}

	private void expire() {
		Failure before = this.lastFailure;
		StringBuilder detail = new StringBuilder("no answer within ")
			.append(TimeUnit.NANOSECONDS.toMillis(this.timeoutNanos))
			.append(" ms");
		if (STATE.getAcquire(this) == Phase.WAITING && this.transport.endpoints().pick(this.rpc.endpoint()) == null) {
			detail.append("; no endpoint could be reached: ")
				.append(this.transport.endpoints().describe(this.rpc.endpoint()));
		}
		if (before != null) {
			detail.append("; the attempt before: ").append(before.detail());
		}
		end(Reason.TIMEOUT, StatusCode.DEADLINE_EXCEEDED, detail.toString());
	}

	/** The client is being closed. */
	void closeNow() {
		end(Reason.CLOSED, StatusCode.CANCELLED, "the client is closed");
	}

	// From the client's side: what is on the wire may be applied, what is not never will.
	private void end(Reason reason, StatusCode status, String detail) {
		Object before = STATE.getAndSet(this, Phase.DONE);
		if (before == Phase.DONE) {
			return;
		}
		String endpoint = null;
		Outcome outcome = Outcome.NOT_APPLIED;
		if (before instanceof Attempt<?, ?> attempt) {
			endpoint = attempt.endpoint().name();
			outcome = outcomeOnTheWire();
			attempt.cancel();
			checkEndpoint(attempt);
		}
		fail(describe(reason, status, outcome, endpoint, detail, null));
	}

	// Calls that give up early must not stay with an endpoint that answers nobody.
	private void checkEndpoint(Attempt<?, ?> attempt) {
		Endpoint endpoint = attempt.endpoint();
		if (!this.transport.isClosed() && endpoint.isSilentSince(attempt.startedAt())) {
			this.transport.endpoints().execute(() -> endpoint.failureDetector().probe(attempt.connection()));
		}
	}

	private void refuse(Reason reason, StatusCode status, String detail) {
		if (claim(Phase.WAITING)) {
			fail(describe(reason, status, Outcome.NOT_APPLIED, null, detail, null));
		}
	}

	private boolean claim(Object expected) {
		return STATE.compareAndSet(this, expected, Phase.DONE);
	}

	private Failure describe(Reason reason, StatusCode status, Outcome outcome, @Nullable String endpoint,
			@Nullable String detail, @Nullable Throwable cause) {
		Failure before = this.lastFailure;
		// What an attempt before may have done, no later one undoes.
		boolean unknown = before != null && before.outcome() == Outcome.UNKNOWN;
		return new Failure(this.rpc.operation(), this.rpc.changes(), status, reason,
				unknown ? Outcome.UNKNOWN : outcome, endpoint, this.attempts, detail, OptionalLong.empty(), cause);
	}

	private Outcome outcomeOnTheWire() {
		return this.rpc.changes() ? Outcome.UNKNOWN : Outcome.NOT_APPLIED;
	}

	private void fail(Failure described) {
		this.failure = described;
		finished(described);
		tell(null, described);
		this.transport.troubles().failed(this.rpc, described);
		deliver(null, described);
	}

	private void tell(@Nullable R answer, @Nullable Failure described) {
		BiConsumer<@Nullable R, @Nullable Failure> ended = this.rpc.ended();
		if (ended != null) {
			ended.accept(answer, described);
		}
	}

	private void finished(@Nullable Failure described) {
		cancelTimeout();
		forget();
		CallObserver observer = this.transport.options().callObserver();
		if (observer != null) {
			try {
				observer.callEnded(this.rpc.operation(), this.transport.timer().nanoTime() - this.startedAt, described);
			}
			catch (Throwable ex) {
				// A meter that fails must not cost a call its answer.
				logger.warn("The call observer failed", ex);
			}
		}
	}

	private void forgetIfDone() {
		if (STATE.getAcquire(this) == Phase.DONE) {
			forget();
		}
	}

	// Wherever the call waits, it shall not be held on to once it has ended.
	private void forget() {
		EndpointQueue.Waiting queued = this.place;
		if (queued != null) {
			this.place = null;
			queued.cancel();
		}
		if (this.awaitsToken) {
			this.awaitsToken = false;
			this.transport.credentials().forget(this);
		}
		Timer.Timeout pausing = this.pause;
		if (pausing != null) {
			this.pause = null;
			pausing.cancel();
		}
	}

	private void cancelTimeout() {
		Timer.Timeout waiting = this.timeout;
		if (waiting != null) {
			waiting.cancel();
		}
	}

	private void deliver(@Nullable R answer, @Nullable Failure described) {
		if (this.handOver) {
			this.transport.callbacks().execute(() -> complete(answer, described));
		}
		else {
			complete(answer, described);
		}
	}

	private void complete(@Nullable R answer, @Nullable Failure described) {
		if (described == null) {
			super.complete(answer);
		}
		else {
			super.completeExceptionally(this.handOver ? described.toException() : Ended.MARKER);
		}
	}

	/**
	 * Wait for the answer, on the thread of the application.
	 * @return the answer
	 * @throws EtcdException if the call fails, or the thread is interrupted
	 */
	R await() {
		try {
			return get();
		}
		catch (InterruptedException ex) {
			end(Reason.INTERRUPTED, StatusCode.CANCELLED, "the thread was interrupted while it waited");
			Thread.currentThread().interrupt();
			return joined();
		}
		catch (ExecutionException ex) {
			// Made anew, because the stack trace that helps is the caller's.
			throw Objects.requireNonNull(this.failure).toException();
		}
	}

	/**
	 * Let the engine itself go on after the call, on whatever thread ends it.
	 * @param action receives the answer, or the failure
	 */
	void whenEnded(BiConsumer<@Nullable R, @Nullable Failure> action) {
		whenComplete((answer, ex) -> action.accept(answer, this.failure));
	}

	private R joined() {
		try {
			// Ends at once: the call was interrupted, or its answer came in the same
			// moment.
			return join();
		}
		catch (CompletionException ex) {
			throw Objects.requireNonNull(this.failure).toException();
		}
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		leave();
		return super.cancel(mayInterruptIfRunning);
	}

	@Override
	public boolean complete(R value) {
		leave();
		return super.complete(value);
	}

	@Override
	public boolean completeExceptionally(Throwable ex) {
		leave();
		return super.completeExceptionally(ex);
	}

	/** The application has lost interest, by cancelling or by a timeout of its own. */
	private void leave() {
		Object before = STATE.getAndSet(this, Phase.DONE);
		if (before == Phase.DONE) {
			return;
		}
		if (before instanceof Attempt<?, ?> attempt) {
			attempt.cancel();
			checkEndpoint(attempt);
		}
		Outcome outcome = (before == Phase.WAITING) ? Outcome.NOT_APPLIED : outcomeOnTheWire();
		finished(describe(Reason.CANCELLED, StatusCode.CANCELLED, outcome, null, null, null));
	}

	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		// Dependents are plain futures: cancelling one of them leaves the call alone.
		return new CompletableFuture<>();
	}

	/**
	 * Tells a waiting thread that the call has failed; that thread makes the exception.
	 */
	private static final class Ended extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private static final Ended MARKER = new Ended();

		private Ended() {
			super(null, null, false, false);
		}

	}

	private enum Phase {

		/** Nothing is on the wire. */
		WAITING,

		/** The call has ended. */
		DONE

	}

}
