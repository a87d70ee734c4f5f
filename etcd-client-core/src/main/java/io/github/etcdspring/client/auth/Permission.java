/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.auth;

import java.util.Objects;

import io.github.etcdspring.client.data.KeyRange;

/**
 * What a role may do with some keys.
 *
 * @param type what it may do
 * @param range with which keys; those of the store itself, whatever the client's
 * namespace
 * @since 0.1.0
 */
public record Permission(PermissionType type, KeyRange range) {

	public Permission {
		Objects.requireNonNull(type, "type");
		Objects.requireNonNull(range, "range");
	}

}
