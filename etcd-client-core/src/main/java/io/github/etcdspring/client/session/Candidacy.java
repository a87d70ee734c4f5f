/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;

/**
 * The place of a session in an election. There is one at a time, because all of them
 * would have the same key.
 */
final class Candidacy extends Place {

	private static final String OPERATION = "campaign";

	private @Nullable Contender contender;

	private @Nullable Claim claim;

	Candidacy(Session session, Bytes name) {
		super(session, name);
	}

	/**
	 * Become the leader.
	 * @param value what the candidate says
	 * @return the claim; cancelling it ends the candidacy
	 * @throws IllegalStateException if the session is a candidate, or leads, already
	 */
	CompletableFuture<Optional<Claim>> campaign(Bytes value) {
		Contender started = new Contender(this, session().lease(), OPERATION, value, true);
		Runnable begin;
		synchronized (this) {
			if (this.contender != null || (this.claim != null && this.claim.isHeld())) {
				throw new IllegalStateException("This session is a candidate, or the leader, already:"
						+ " cancel or resign first, or proclaim another value");
			}
			this.claim = null;
			this.contender = started;
			begin = enqueue(started);
		}
		CompletableFuture<Optional<Claim>> result = started.result();
		result.whenComplete((won, ex) -> ended(started, (ex != null) ? null : won.orElse(null)));
		begin.run();
		return result;
	}

	/**
	 * Take up a leadership that was won with the lease of this session before.
	 * @param resumed the claim
	 * @throws IllegalStateException if the session is a candidate, or leads, already
	 */
	synchronized void resume(Claim resumed) {
		if (this.contender != null || (this.claim != null && this.claim.isHeld())) {
			throw new IllegalStateException("This session is a candidate, or the leader, already");
		}
		this.claim = resumed;
		occupied(resumed);
	}

	private synchronized void ended(Contender ended, @Nullable Claim won) {
		if (this.contender == ended) {
			this.contender = null;
			this.claim = won;
		}
	}

	CompletableFuture<Void> resign(Claim held) {
		CompletableFuture<Void> resigning = held.release();
		synchronized (this) {
			if (this.claim == held) {
				this.claim = null;
			}
		}
		return resigning;
	}

}
