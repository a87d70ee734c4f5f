/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.auth;

import java.util.List;

import io.github.etcdspring.client.data.Header;

/**
 * All users.
 *
 * @param header who answered, and its revision
 * @param users the names of the users, in no particular order; immutable
 * @since 0.1.0
 */
public record UsersResult(Header header, List<String> users) {

	public UsersResult {
		users = List.copyOf(users);
	}

}
