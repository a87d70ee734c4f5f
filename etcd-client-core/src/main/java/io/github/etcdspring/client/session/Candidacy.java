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

	/** The campaign that was begun last. */
	private @Nullable CompletableFuture<?> campaign;

	/** What the application has for it; it may have completed it itself. */
	private @Nullable CompletableFuture<Leadership> given;

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
		forgetUnwanted();
		Contender started = new Contender(this, session().lease(), OPERATION, value, true);
		Runnable begin;
		Claim former;
		synchronized (this) {
			settle();
			if (this.contender != null || (this.claim != null && this.claim.isHeld())) {
				throw new IllegalStateException("This session is a candidate, or the leader, already:"
						+ " cancel or resign first, or proclaim another value");
			}
			former = this.claim;
			this.claim = null;
			this.given = null;
			this.contender = started;
			this.campaign = started.result();
			begin = enqueue(started);
		}
		CompletableFuture<Optional<Claim>> result = started.result();
		result.whenComplete((won, ex) -> ended(started, (ex != null) ? null : won.orElse(null)));
		if (former != null) {
			former.abandon();
		}
		begin.run();
		return result;
	}

	/**
	 * Remember what the application gets for a campaign, unless there is another one
	 * meanwhile.
	 * @param begun the campaign
	 * @param leadership the future
	 */
	synchronized void give(CompletableFuture<?> begun, CompletableFuture<Leadership> leadership) {
		if (this.campaign == begun) {
			this.given = leadership;
		}
	}

	/**
	 * Whoever has cancelled it, and stands again at once, may be here before that has
	 * taken effect; it may even have won, and nobody was told.
	 */
	private void forgetUnwanted() {
		Contender unwanted;
		Claim won;
		synchronized (this) {
			if (this.given == null || !this.given.isCompletedExceptionally()) {
				return;
			}
			settle();
			unwanted = this.contender;
			won = this.claim;
		}
		if (unwanted != null) {
			unwanted.cancel();
		}
		if (won != null) {
			resign(won);
		}
	}

	/**
	 * Take up a leadership that was won with the lease of this session before.
	 * @param resumed the claim
	 * @throws IllegalStateException if the session is a candidate, or leads, already
	 */
	synchronized void resume(Claim resumed) {
		settle();
		if (this.contender != null || (this.claim != null && !this.claim.isOver())) {
			throw new IllegalStateException("This session is a candidate, or the leader, already");
		}
		this.campaign = null;
		this.given = null;
		this.claim = resumed;
		occupied(resumed);
	}

	/**
	 * Whoever was told that the last one has ended may be here before that is noted.
	 * Holding the lock.
	 */
	private void settle() {
		Contender last = this.contender;
		if (last != null && last.result().isDone()) {
			ended(last, last.result().isCompletedExceptionally() ? null : last.result().join().orElse(null));
		}
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
