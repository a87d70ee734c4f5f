/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;

/**
 * The token of a client. It is fetched when the first call needs it and again when a
 * server refuses it, by one Authenticate however many calls wait for it; a late refusal
 * of an old token does not fetch another one.
 */
final class Credentials {

	private static final Logger logger = LoggerFactory.getLogger(Credentials.class);

	private final @Nullable Authenticator authenticator;

	private final List<Waiter> waiting = new ArrayList<>();

	private volatile @Nullable Token current;

	private boolean fetching;

	private Credentials(@Nullable Authenticator authenticator, @Nullable Token first) {
		this.authenticator = authenticator;
		this.current = first;
	}

	/**
	 * No authentication, or a token that the application manages.
	 * @param token the token, or {@code null}
	 * @return the credentials
	 */
	static Credentials fixed(@Nullable String token) {
		return new Credentials(null, new Token(token, 0));
	}

	/**
	 * Tokens that are fetched.
	 * @param authenticator fetches a token
	 * @return the credentials
	 */
	static Credentials fetched(Authenticator authenticator) {
		return new Credentials(authenticator, null);
	}

	/**
	 * Return the token for the next attempt.
	 * @return the token, or {@code null} if it has to be fetched first
	 */
	@Nullable Token current() {
		return this.current;
	}

	boolean canRefresh() {
		return this.authenticator != null;
	}

	/**
	 * Wait for a token that is newer than one that did not work.
	 * @param refused the token that was refused, or {@code null} if there was none
	 * @param waiter told when there is a newer one, or why there is none
	 */
	void refresh(@Nullable Token refused, Waiter waiter) {
		Authenticator fetcher = this.authenticator;
		synchronized (this.waiting) {
			Token token = this.current;
			boolean newer = token != null && (refused == null || token.generation() > refused.generation());
			if (!newer && fetcher != null) {
				this.waiting.add(waiter);
				if (this.fetching) {
					return;
				}
				this.fetching = true;
			}
			else {
				fetcher = null;
			}
		}
		if (fetcher == null) {
			waiter.tokenReady();
		}
		else {
			fetch(fetcher);
		}
	}

	/**
	 * A call that waited for a token has ended.
	 * @param waiter the call
	 */
	void forget(Waiter waiter) {
		synchronized (this.waiting) {
			this.waiting.remove(waiter);
		}
	}

	private void fetch(Authenticator fetcher) {
		fetcher.authenticate((token, failure) -> {
			boolean notEnabled = failure != null && failure.reason() == Reason.AUTH_NOT_ENABLED;
			if (notEnabled) {
				logger.info("etcd has authentication switched off; calls carry no token");
			}
			List<Waiter> waiters;
			synchronized (this.waiting) {
				if (failure == null || notEnabled) {
					Token before = this.current;
					this.current = new Token(token, (before != null) ? before.generation() + 1 : 1);
				}
				waiters = List.copyOf(this.waiting);
				this.waiting.clear();
				this.fetching = false;
			}
			for (Waiter waiter : waiters) {
				if (failure == null || notEnabled) {
					waiter.tokenReady();
				}
				else {
					waiter.tokenFailed(failure);
				}
			}
		});
	}

	/**
	 * A token and its place in the sequence of tokens.
	 *
	 * @param value the token, or {@code null} if calls carry none
	 * @param generation grows with each token
	 */
	record Token(@Nullable String value, long generation) {

		@Override
		public String toString() {
			return "Token[generation=" + this.generation + "]";
		}

	}

	/**
	 * Fetches tokens.
	 */
	@FunctionalInterface
	interface Authenticator {

		/**
		 * Fetch a token.
		 * @param result receives the token, or why there is none
		 */
		void authenticate(Result result);

	}

	/**
	 * Receives a token.
	 */
	@FunctionalInterface
	interface Result {

		/**
		 * The attempt to fetch a token has ended.
		 * @param token the token, or {@code null}
		 * @param failure why there is none, or {@code null}
		 */
		void fetched(@Nullable String token, @Nullable Failure failure);

	}

	/**
	 * A call that waits for a token.
	 */
	interface Waiter {

		/** There is a newer token. */
		void tokenReady();

		/**
		 * No token could be fetched.
		 * @param failure why
		 */
		void tokenFailed(Failure failure);

	}

}
