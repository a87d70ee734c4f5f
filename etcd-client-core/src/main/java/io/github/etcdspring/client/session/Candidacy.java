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
final class Candidacy {

	private static final String OPERATION = "campaign";

	private final Session session;

	private final Bytes name;

	private @Nullable Contender contender;

	private @Nullable Claim claim;

	private @Nullable Contender former;

	/** Completes when the key of the one before is away. */
	private CompletableFuture<Void> free = CompletableFuture.completedFuture(null);

	Candidacy(Session session, Bytes name) {
		this.session = session;
		this.name = name;
	}

	/**
	 * Become the leader.
	 * @param value what the candidate says
	 * @return the claim; cancelling it ends the candidacy
	 * @throws IllegalStateException if the session is a candidate, or leads, already
	 */
	CompletableFuture<Optional<Claim>> campaign(Bytes value) {
		Contender started = new Contender(this.session.services(), this.session.lease(), OPERATION, this.name, value,
				true);
		CompletableFuture<Void> before;
		Contender former;
		synchronized (this) {
			if (this.contender != null || (this.claim != null && this.claim.isHeld())) {
				throw new IllegalStateException("This session is a candidate, or the leader, already:"
						+ " cancel or resign first, or proclaim another value");
			}
			this.claim = null;
			this.contender = started;
			before = this.free;
			former = this.former;
			this.free = started.gone();
			this.former = started;
		}
		CompletableFuture<Optional<Claim>> result = started.result();
		result.whenComplete((won, ex) -> ended(started, (ex != null) ? null : won.orElse(null)));
		before.whenComplete((nothing, ex) -> {
			if (former != null) {
				former.superseded();
			}
			started.start();
		});
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
		this.free = resumed.over();
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

	Session session() {
		return this.session;
	}

}
