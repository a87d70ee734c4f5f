/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.auth;

import io.github.etcdspring.client.data.Header;

/**
 * Whether the cluster authenticates.
 *
 * @param header who answered, and its revision
 * @param enabled whether calls need a user
 * @param authRevision the revision of users and roles, an unsigned number; every change
 * to them raises it
 * @since 0.1.0
 */
public record AuthStatus(Header header, boolean enabled, long authRevision) {
}
