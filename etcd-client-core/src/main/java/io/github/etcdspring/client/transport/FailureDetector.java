/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the connection of an endpoint still answers, for the attempts that
 * have waited long for it: by one probe at a time, however many suspect it. Keeps the
 * reads that the member holds for want of a leader, until there is another one to ask.
 * <p>
 * Except for {@link #isDead(int)}, everything belongs to the synchronization context of
 * {@link Endpoints}.
 */
final class FailureDetector {

	private final Endpoint endpoint;

	private final Endpoints owner;

	private final Timer timer;

	/** {@code null} if the application does not want it. */
	private final @Nullable LeaderCheck leaderCheck;

	private final Set<Attempt<?, ?>> suspects = new LinkedHashSet<>();

	/** The newest connection that is known to be dead, and all before it. */
	private volatile int deadUpTo = -1;

	private int probedConnection;

	private long probedAt;

	private @Nullable LivenessProbe probe;

	FailureDetector(Endpoint endpoint, Endpoints owner, Timer timer, @Nullable LeaderCheck leaderCheck) {
		this.endpoint = endpoint;
		this.owner = owner;
		this.timer = timer;
		this.leaderCheck = leaderCheck;
	}

	/**
	 * Whether what was sent on a connection will not be answered any more. May be called
	 * on any thread.
	 * @param connection the number of the connection
	 * @return whether it is known to be dead
	 */
	boolean isDead(int connection) {
		return connection <= this.deadUpTo;
	}

	/**
	 * Find out whether the endpoint still answers, for an attempt that has waited long.
	 * @param attempt the attempt, which is told if it does not
	 */
	void suspect(Attempt<?, ?> attempt) {
		if (isDead(attempt.connection())) {
			attempt.connectionLost();
		}
		else if (attempt.connection() == this.endpoint.connection() && !this.endpoint.isClosed()) {
			this.suspects.add(attempt);
			probe(attempt.connection());
		}
	}

	/**
	 * Find out whether a connection still answers.
	 * @param suspected the number of the connection
	 */
	void probe(int suspected) {
		if (this.probe == null && !this.endpoint.isClosed() && suspected == this.endpoint.connection()) {
			this.probedConnection = suspected;
			this.probedAt = this.timer.nanoTime();
			this.probe = new LivenessProbe(this.endpoint.channel(), this.timer, this.leaderCheck != null,
					(verdict) -> this.owner.execute(() -> probed(verdict)));
			this.probe.start();
		}
	}

	private void probed(LivenessProbe.Verdict verdict) {
		this.probe = null;
		List<Attempt<?, ?>> waiting = takeSuspects();
		if (this.endpoint.isClosed()) {
			return;
		}
		if (verdict == LivenessProbe.Verdict.LEADERLESS && this.leaderCheck != null) {
			this.leaderCheck.leaderMissing();
			if (this.leaderCheck.complaint() == LeaderCheck.Complaint.NO_LEADER
					&& this.probedConnection == this.endpoint.connection()) {
				waiting.stream().filter(Attempt::isHeldWithoutLeader).forEach(this.suspects::add);
			}
			this.owner.picker().leaveUnfit();
		}
		if (verdict != LivenessProbe.Verdict.SILENT) {
			this.endpoint.lastHeard().now();
			return;
		}
		if (!this.endpoint.isSilentSince(this.probedAt)) {
			// Busy with something large, behind which the probe has to wait.
			return;
		}
		this.deadUpTo = Math.max(this.deadUpTo, this.probedConnection);
		if (this.endpoint.connection() == this.probedConnection) {
			this.endpoint.connectionDied();
		}
		waiting.forEach((attempt) -> {
			if (isDead(attempt.connection())) {
				attempt.connectionLost();
			}
		});
	}

	private List<Attempt<?, ?>> takeSuspects() {
		List<Attempt<?, ?>> taken = List.copyOf(this.suspects);
		this.suspects.clear();
		return taken;
	}

	/**
	 * Whether reads wait here that another endpoint would answer, or may do so.
	 * @return whether there are any
	 */
	boolean holdsReads() {
		return !this.suspects.isEmpty();
	}

	/** Let reads that the member holds go to another endpoint: there is one. */
	void releaseHeldReads() {
		takeSuspects().stream().filter(Attempt::isHeldWithoutLeader).forEach(Attempt::leaderLost);
	}

	/** Those that still wait come again within a second. */
	void forgetHeldReads() {
		this.suspects.clear();
	}

}
