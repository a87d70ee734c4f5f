/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;

import io.github.etcdspring.client.data.Header;

/**
 * The answer to a renewal.
 *
 * @param header the header of the answer; its revision may be behind
 * @param id the id of the lease
 * @param ttl the time to live that begins anew
 * @since 0.1.0
 */
public record LeaseRenewal(Header header, long id, Duration ttl) {
}
