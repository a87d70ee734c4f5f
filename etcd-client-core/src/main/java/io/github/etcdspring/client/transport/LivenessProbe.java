/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.Reason;

/**
 * Asks a server for a sign of life with gRPC's own health check, which etcd answers
 * without a token and without touching its store. Any answer is one, also a refusal; if a
 * leader is asked for, a member without one refuses, and that is told.
 */
final class LivenessProbe {

	private static final Logger logger = LoggerFactory.getLogger(LivenessProbe.class);

	private static final long PATIENCE_NANOS = 1_000_000_000L;

	private final ManagedChannel channel;

	private final Timer timer;

	private final boolean asksForLeader;

	private final Consumer<Verdict> verdict;

	private final AtomicBoolean decided = new AtomicBoolean();

	/**
	 * Create a probe.
	 * @param channel where to ask
	 * @param timer the time
	 * @param asksForLeader whether the member shall say, too, if it has no leader
	 * @param verdict receives the verdict, on whatever thread finds it
	 */
	LivenessProbe(ManagedChannel channel, Timer timer, boolean asksForLeader, Consumer<Verdict> verdict) {
		this.channel = channel;
		this.timer = timer;
		this.asksForLeader = asksForLeader;
		this.verdict = verdict;
	}

	void start() {
		try {
			ask();
		}
		catch (RuntimeException ex) {
			// An interceptor of the application; that says nothing about the endpoint.
			logger.warn("An endpoint could not be asked for a sign of life", ex);
			decide(Verdict.ALIVE);
		}
	}

	private void ask() {
		ClientCall<byte[], byte[]> call = this.channel.newCall(HealthRpc.CHECK, CallOptions.DEFAULT);
		Timer.Timeout timeout = this.timer.schedule(PATIENCE_NANOS, () -> {
			if (this.decided.compareAndSet(false, true)) {
				call.cancel("The endpoint gives no sign of life", null);
				this.verdict.accept(Verdict.SILENT);
			}
		});
		HealthRpc.send(call, new ClientCall.Listener<>() {

			@Override
			public void onClose(Status status, Metadata trailers) {
				timeout.cancel();
				// A connection that breaks ends the waiting calls by itself.
				boolean leaderless = FailureRules.reason(status, false) == Reason.NO_LEADER;
				decide(leaderless ? Verdict.LEADERLESS : Verdict.ALIVE);
			}

		}, this.asksForLeader ? HealthRpc.requiringLeader() : new Metadata(), 2);
	}

	private void decide(Verdict found) {
		if (this.decided.compareAndSet(false, true)) {
			this.verdict.accept(found);
		}
	}

	/**
	 * What a probe has found.
	 */
	enum Verdict {

		/** It answers. */
		ALIVE,

		/** It answers that it has no leader. */
		LEADERLESS,

		/** It does not answer. */
		SILENT

	}

	/**
	 * Say why a channel that has failed to connect did so. gRPC tells this only to a
	 * call, which it refuses on the spot.
	 * @param channel the channel
	 * @return the cause, or {@code null} if it is not known
	 */
	static @Nullable String failureOf(ManagedChannel channel) {
		String[] failure = new String[1];
		try {
			ClientCall<byte[], byte[]> call = channel.newCall(HealthRpc.CHECK, CallOptions.DEFAULT);
			HealthRpc.send(call, new ClientCall.Listener<>() {

				@Override
				public void onClose(Status status, Metadata trailers) {
					failure[0] = FailureRules.describe(status);
				}

			}, new Metadata(), 2);
			String known = failure[0];
			call.cancel("Only the cause was wanted", null);
			return known;
		}
		catch (RuntimeException ex) {
			// An interceptor of the application.
			return null;
		}
	}

}
