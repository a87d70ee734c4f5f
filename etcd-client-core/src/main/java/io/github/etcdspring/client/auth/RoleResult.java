/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.auth;

import java.util.List;

import io.github.etcdspring.client.data.Header;

/**
 * What a role may do.
 *
 * @param header who answered, and its revision
 * @param permissions the permissions, in no particular order; immutable. For the role
 * {@code root}, which may do everything, there are none
 * @since 0.1.0
 */
public record RoleResult(Header header, List<Permission> permissions) {

	public RoleResult {
		permissions = List.copyOf(permissions);
	}

}
