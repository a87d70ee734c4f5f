/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;

import io.github.etcdspring.client.data.Header;

/**
 * A lease that was granted.
 *
 * @param header who answered, and the store's revision
 * @param id the id of the lease
 * @param ttl its time to live as the server granted it, which may be longer than asked
 * @since 0.1.0
 */
public record LeaseGrant(Header header, long id, Duration ttl) {
}
