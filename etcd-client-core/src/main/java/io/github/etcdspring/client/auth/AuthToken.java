/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.auth;

import io.github.etcdspring.client.data.Header;

/**
 * A token by which a server knows a user.
 *
 * @param header who answered, and its revision
 * @param token the token, a secret
 * @since 0.1.0
 */
public record AuthToken(Header header, String token) {

	/**
	 * The header, never the token itself.
	 */
	@Override
	public String toString() {
		return "AuthToken[header=" + this.header + "]";
	}

}
