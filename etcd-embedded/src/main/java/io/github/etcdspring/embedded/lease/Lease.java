/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.lease;

/**
 * What is known of a lease at one moment.
 *
 * @param id its id, never zero
 * @param grantedTtl the time to live it was granted, in seconds
 * @param remainingTtl what is left of it, in whole seconds, rounded down; zero if it ran
 * out and is about to be revoked
 * @since 0.1.0
 */
public record Lease(long id, long grantedTtl, long remainingTtl) {

}
