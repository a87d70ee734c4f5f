/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;

/**
 * Lets the member behind an endpoint in use say by itself that it has no leader, or does
 * not serve, so that nobody has to find out by a call that fails: a stream of gRPC's
 * health service, which such a member ends or refuses, or on which it says so.
 * <p>
 * There is a stream only while the endpoint is connected and in use, and there is another
 * endpoint to go to. What is known is known of a connection, and forgotten with it.
 * Except for what calls touch, everything belongs to the synchronization context of
 * {@link Endpoints}.
 */
final class LeaderCheck {

	private static final Logger logger = LoggerFactory.getLogger(LeaderCheck.class);

	/** An endpoint counts as in use for so long after a call or a stream. */
	static final long IN_USE_NANOS = TimeUnit.SECONDS.toNanos(30);

	/** Calls are looked at no more often; a client that goes at once asks nothing. */
	private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** A stream that ends sooner is not opened again at once for ever. */
	private static final long SHORT_LIFE_NANOS = TimeUnit.SECONDS.toNanos(5);

	private final Endpoint endpoint;

	private final Endpoints owner;

	private final Timer timer;

	private volatile long lastUse;

	private volatile @Nullable Complaint complaint;

	private boolean running;

	/** Whoever is behind this connection does not know the service. */
	private boolean refused;

	/** Streams in a row that ended soon. */
	private int failures;

	private @Nullable Opening open;

	private @Nullable Later pause;

	private @Nullable Later look;

	private @Nullable Later recovery;

	LeaderCheck(Endpoint endpoint, Endpoints owner, Timer timer) {
		this.endpoint = endpoint;
		this.owner = owner;
		this.timer = timer;
		this.lastUse = timer.nanoTime() - IN_USE_NANOS;
	}

	/**
	 * The endpoint is used. May be called on any thread, and often.
	 * @param now the time
	 */
	void touch(long now) {
		if (now - this.lastUse >= STEP_NANOS) {
			this.lastUse = now;
			this.owner.execute(this::review);
		}
	}

	boolean isInUse() {
		return this.endpoint.streams() > 0 || this.timer.nanoTime() - this.lastUse < IN_USE_NANOS;
	}

	/**
	 * Return what is wrong with the member. May be called on any thread.
	 * @return the complaint, or {@code null}
	 */
	@Nullable Complaint complaint() {
		return this.complaint;
	}

	/** There is another connection, or none any more. */
	void connectionChanged() {
		stop();
		this.refused = false;
		review();
	}

	/** Begin or end, as the stream is wanted now. */
	void review() {
		boolean wanted = this.endpoint.isReady() && !this.refused && this.owner.size() > 1
				&& (isInUse() || (this.complaint != null && this.owner.isInUse()));
		if (wanted && !this.running) {
			this.running = true;
			this.failures = 0;
			openAfter(STEP_NANOS);
			scheduleLook();
		}
		else if (!wanted && this.running) {
			stop();
		}
	}

	private void scheduleLook() {
		this.look = cancelled(this.look);
		long wait = IN_USE_NANOS;
		if (this.complaint != null) {
			wait = STEP_NANOS;
		}
		else if (this.endpoint.streams() == 0) {
			wait -= this.timer.nanoTime() - this.lastUse;
		}
		this.look = schedule(wait, this::look);
	}

	private void look() {
		review();
		if (this.running) {
			if (this.complaint != null) {
				this.owner.picker().leaveUnfit();
			}
			scheduleLook();
		}
	}

	private void openAfter(long pauseNanos) {
		this.pause = cancelled(this.pause);
		if (pauseNanos == 0) {
			open();
		}
		else {
			this.pause = schedule(pauseNanos, this::open);
		}
	}

	private void open() {
		this.pause = null;
		if (!this.running || this.open != null) {
			return;
		}
		ClientCall<byte[], byte[]> call = null;
		try {
			call = this.endpoint.channel().newCall(HealthRpc.WATCH, CallOptions.DEFAULT);
			this.open = new Opening(call, this.timer.nanoTime());
			HealthRpc.send(call, this.open, HealthRpc.requiringLeader(), 1);
		}
		catch (RuntimeException ex) {
			// An interceptor of the application.
			this.open = null;
			cancel(call, ex);
			refused(ex.toString());
		}
	}

	private void received(Opening from, int state) {
		if (from != this.open) {
			return;
		}
		if (state == HealthRpc.SERVING) {
			from.answered = true;
			if (this.complaint != null && this.recovery == null) {
				// Not before it has lasted: calls shall not go to and fro.
				this.recovery = schedule(STEP_NANOS, this::recovered);
			}
		}
		else if (state == HealthRpc.NOT_SERVING) {
			unfit(Complaint.NOT_SERVING);
		}
		from.call.request(1);
	}

	private void closed(Opening closed, Status status) {
		if (closed != this.open) {
			return;
		}
		this.open = null;
		this.recovery = cancelled(this.recovery);
		if (FailureRules.reason(status, false) == Reason.NO_LEADER) {
			unfit(Complaint.NO_LEADER);
		}
		else if (FailureRules.isPermanent(StatusCode.of(status.getCode().value()))) {
			refused(FailureRules.describe(status));
			return;
		}
		// A member that loses its leader does not say why it ends the stream, and a proxy
		// may end it for reasons of its own. The next one is refused if there is no
		// leader, and it is opened at once.
		boolean lasted = closed.answered && this.timer.nanoTime() - closed.openedAt >= SHORT_LIFE_NANOS;
		this.failures = lasted ? 1 : this.failures + 1;
		openAfter(Pauses.later(this.failures, this.owner.random()));
	}

	/** The member has refused a question of somebody else because it has no leader. */
	void leaderMissing() {
		if (this.running && this.complaint == null) {
			Opening before = this.open;
			this.open = null;
			if (before != null) {
				// It says nothing more while it lasts; the next one does when it is well.
				cancel(before.call, null);
			}
			unfit(Complaint.NO_LEADER);
			this.failures++;
			openAfter(Pauses.later(this.failures, this.owner.random()));
		}
	}

	private void refused(String why) {
		logger.debug("etcd endpoint {} does not tell whether it has a leader: {}", this.endpoint.name(), why);
		this.refused = true;
		stop();
	}

	private void unfit(Complaint complaint) {
		this.recovery = cancelled(this.recovery);
		if (this.complaint == null) {
			this.complaint = complaint;
			logger.warn("etcd endpoint {} {}; others are preferred", this.endpoint.name(), complaint.text());
			this.owner.picker().leaveUnfit();
			scheduleLook();
		}
	}

	private void recovered() {
		this.recovery = null;
		this.complaint = null;
		this.endpoint.failureDetector().forgetHeldReads();
		logger.info("etcd endpoint {} serves again", this.endpoint.name());
		// This one may be what another one waits for.
		this.owner.picker().leaveUnfit();
	}

	private void stop() {
		this.running = false;
		this.complaint = null;
		this.pause = cancelled(this.pause);
		this.look = cancelled(this.look);
		this.recovery = cancelled(this.recovery);
		Opening closing = this.open;
		this.open = null;
		if (closing != null) {
			cancel(closing.call, null);
		}
	}

	private static void cancel(@Nullable ClientCall<?, ?> call, @Nullable Throwable cause) {
		try {
			if (call != null) {
				call.cancel("The check for a leader ended on the client's side", cause);
			}
		}
		catch (RuntimeException ex) {
			// An interceptor of the application.
			logger.debug("A check for a leader could not be cancelled", ex);
		}
	}

	private Later schedule(long delayNanos, Runnable task) {
		Later later = new Later(task);
		later.timeout = this.timer.schedule(delayNanos, () -> this.owner.execute(later));
		return later;
	}

	private static @Nullable Later cancelled(@Nullable Later later) {
		if (later != null) {
			later.cancel();
		}
		return null;
	}

	/**
	 * Why a member is left.
	 */
	enum Complaint {

		/** It is cut off from the majority, or there is none. */
		NO_LEADER("has no leader", Reason.NO_LEADER),

		/** It says so, for instance while it is defragmented. */
		NOT_SERVING("does not serve at the moment", Reason.CONNECTION_LOST);

		private final String text;

		private final Reason reason;

		Complaint(String text, Reason reason) {
			this.text = text;
			this.reason = reason;
		}

		String text() {
			return this.text;
		}

		Reason reason() {
			return this.reason;
		}

	}

	/**
	 * A task for later. Once it is cancelled it does not run any more, even if its time
	 * has come already and it waits for the context.
	 */
	private static final class Later implements Runnable {

		private final Runnable task;

		private Timer.@Nullable Timeout timeout;

		private boolean cancelled;

		Later(Runnable task) {
			this.task = task;
		}

		@Override
		public void run() {
			if (!this.cancelled) {
				this.task.run();
			}
		}

		void cancel() {
			this.cancelled = true;
			if (this.timeout != null) {
				this.timeout.cancel();
			}
		}

	}

	/**
	 * One stream. It has a listener of its own, so that what still arrives for it
	 * afterwards is ignored.
	 */
	private final class Opening extends ClientCall.Listener<byte[]> {

		private final ClientCall<byte[], byte[]> call;

		private final long openedAt;

		private boolean answered;

		Opening(ClientCall<byte[], byte[]> call, long openedAt) {
			this.call = call;
			this.openedAt = openedAt;
		}

		@Override
		public void onMessage(byte[] answer) {
			int state = HealthRpc.state(answer);
			LeaderCheck.this.owner.execute(() -> received(this, state));
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			LeaderCheck.this.owner.execute(() -> closed(this, status));
		}

	}

}
