/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.auth;

import java.util.List;

import io.github.etcdspring.client.data.Header;

/**
 * All roles.
 *
 * @param header who answered, and its revision
 * @param roles the names of the roles, in no particular order; immutable
 * @since 0.1.0
 */
public record RolesResult(Header header, List<String> roles) {

	public RolesResult {
		roles = List.copyOf(roles);
	}

}
