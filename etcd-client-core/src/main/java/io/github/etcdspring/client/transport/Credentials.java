/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;

/**
 * The token of a client. It is fetched when the first call needs it and again when a
 * server refuses it, by one Authenticate however many calls wait for it; a late refusal
 * of an old token does not fetch another one. The client may become another user: what is
 * still fetched for the former one is then out of date.
 */
final class Credentials {

	private static final Logger logger = LoggerFactory.getLogger(Credentials.class);

	/** How long a token that was fetched for a denial proves that it is not to blame. */
	private static final long PROOF_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final List<Waiter> waiting = new ArrayList<>();

	private volatile @Nullable Authenticator authenticator;

	private volatile @Nullable Token current;

	private long fetches;

	/** The number of the fetch that is under way, 0 if none is. */
	private long fetching;

	/**
	 * The generation that was last fetched because the one before was denied something.
	 */
	private long proof = Long.MAX_VALUE;

	private long proofAt;

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
	 * Whether there is a newer token, or can be.
	 * @param refused the token that was refused
	 * @return whether {@link #refresh} has one to wait for
	 */
	boolean canReplace(@Nullable Token refused) {
		return canRefresh() || isNewer(this.current, refused);
	}

	private static boolean isNewer(@Nullable Token token, @Nullable Token refused) {
		return token != null && (refused == null || token.generation() > refused.generation());
	}

	/**
	 * Whether another token may be permitted what this one is not: old servers deny the
	 * permission to a token that is not valid any more. However many are denied
	 * something, one new token shows for a while that tokens are not to blame.
	 * @param denied the token that was denied something
	 * @param before whether the same was permitted before, with whatever token: then it
	 * is not enough that others were denied something with a new one
	 * @param now the monotonic time in nanoseconds
	 * @return whether to try again with a newer token, which is to be got by
	 * {@link #refresh}
	 */
	boolean tryNewTokenAfterDenial(@Nullable Token denied, boolean before, long now) {
		synchronized (this.waiting) {
			if (isNewer(this.current, denied)) {
				return true;
			}
			if (this.authenticator == null) {
				return false;
			}
			long generation = (denied != null) ? denied.generation() : 0;
			if (!before && generation >= this.proof && now - this.proofAt < PROOF_NANOS) {
				return false;
			}
			this.proof = generation + 1;
			this.proofAt = now;
			return true;
		}
	}

	/**
	 * Whether there is no newer token.
	 * @param token the token
	 * @return whether it is the one that calls use
	 */
	boolean isCurrent(@Nullable Token token) {
		return !isNewer(this.current, token);
	}

	/**
	 * Be another user from now on. Calls that wait for a token of the former user get
	 * this one.
	 * @param next fetches the tokens of the new user
	 * @param token the first of them
	 */
	void switchTo(Authenticator next, String token) {
		replace(next, token);
	}

	/**
	 * Carry no token until a server asks for one.
	 */
	void drop() {
		replace(null, null);
	}

	private void replace(@Nullable Authenticator next, @Nullable String token) {
		List<Waiter> waiters;
		synchronized (this.waiting) {
			if (next != null) {
				this.authenticator = next;
			}
			waiters = become(token);
		}
		waiters.forEach(Waiter::tokenReady);
	}

	// Holding the lock.
	private List<Waiter> become(@Nullable String token) {
		Token before = this.current;
		this.current = new Token(token, (before != null) ? before.generation() + 1 : 1);
		return endFetch();
	}

	// Holding the lock.
	private List<Waiter> endFetch() {
		List<Waiter> waiters = List.copyOf(this.waiting);
		this.waiting.clear();
		this.fetching = 0;
		return waiters;
	}

	/**
	 * Wait for a token that is newer than one that did not work.
	 * @param refused the token that was refused, or {@code null} if there was none
	 * @param waiter told when there is a newer one, or why there is none
	 */
	void refresh(@Nullable Token refused, Waiter waiter) {
		Authenticator fetcher = null;
		long fetch;
		synchronized (this.waiting) {
			if (!isNewer(this.current, refused)) {
				fetcher = this.authenticator;
			}
			if (fetcher != null) {
				this.waiting.add(waiter);
				if (this.fetching != 0) {
					return;
				}
				this.fetches++;
				this.fetching = this.fetches;
			}
			fetch = this.fetching;
		}
		if (fetcher == null) {
			waiter.tokenReady();
		}
		else {
			fetch(fetcher, fetch);
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

	int waiting() {
		synchronized (this.waiting) {
			return this.waiting.size();
		}
	}

	private void fetch(Authenticator fetcher, long fetch) {
		fetcher.authenticate((token, failure) -> {
			boolean failed = failure != null && failure.reason() != Reason.AUTH_NOT_ENABLED;
			List<Waiter> waiters;
			synchronized (this.waiting) {
				if (this.fetching != fetch) {
					// The client has become another user; nobody waits for this one.
					return;
				}
				waiters = failed ? endFetch() : become(token);
			}
			if (failure != null && !failed) {
				logger.info("etcd has authentication switched off; calls carry no token");
			}
			for (Waiter waiter : waiters) {
				if (failure != null && failed) {
					waiter.tokenFailed(failure);
				}
				else {
					waiter.tokenReady();
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
