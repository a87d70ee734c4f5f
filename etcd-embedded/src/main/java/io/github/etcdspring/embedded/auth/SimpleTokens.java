/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.auth;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.time.EtcdClock;

/**
 * Tokens of the form {@code random.index}. A token lives for its time to live after its
 * last use. Not thread-safe: the store guards it.
 */
final class SimpleTokens {

	private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	private static final int LENGTH = 16;

	private final SecureRandom random = new SecureRandom();

	private final Map<String, Use> tokens = new HashMap<>();

	private final EtcdClock clock;

	private final long ttlNanos;

	private long index;

	SimpleTokens(EtcdClock clock, Duration ttl) {
		this.clock = clock;
		this.ttlNanos = ttl.toNanos();
	}

	/**
	 * Makes a token.
	 * @param user whose token it is
	 * @return the token
	 */
	String assign(String user) {
		dropExpired();
		StringBuilder token = new StringBuilder(LENGTH + 8);
		for (int i = 0; i < LENGTH; i++) {
			token.append(LETTERS.charAt(this.random.nextInt(LETTERS.length())));
		}
		token.append('.').append(++this.index);
		this.tokens.put(token.toString(), new Use(user, this.clock.nanoTime()));
		return token.toString();
	}

	/**
	 * Looks a token up and renews it.
	 * @param token the token
	 * @return whose it is, or {@code null} if it is unknown or has expired
	 */
	@Nullable String use(String token) {
		Use use = this.tokens.get(token);
		long now = this.clock.nanoTime();
		if (use == null) {
			return null;
		}
		if (isExpired(use, now)) {
			this.tokens.remove(token);
			return null;
		}
		this.tokens.put(token, new Use(use.user(), now));
		return use.user();
	}

	void drop(String user) {
		this.tokens.values().removeIf((use) -> use.user().equals(user));
	}

	int dropAll() {
		dropExpired();
		int dropped = this.tokens.size();
		this.tokens.clear();
		return dropped;
	}

	private void dropExpired() {
		long now = this.clock.nanoTime();
		this.tokens.values().removeIf((use) -> isExpired(use, now));
	}

	private boolean isExpired(Use use, long now) {
		return now - use.at() > this.ttlNanos;
	}

	private record Use(String user, long at) {
	}

}
