/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.auth;

/**
 * On whose behalf a request is made.
 *
 * @param user the name of the user, empty if the request brought no token or if
 * authentication is off
 * @param revision the revision of the auth store when the token was looked up, 0 without
 * a user
 * @since 0.1.0
 */
public record Caller(String user, long revision) {

	/**
	 * A request without a token.
	 */
	public static final Caller ANYONE = new Caller("", 0);

	/**
	 * Returns whether this caller showed no token.
	 * @return {@code true} without a user
	 */
	public boolean isAnyone() {
		return this.user.isEmpty();
	}

}
