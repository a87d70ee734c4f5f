/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Header;

/**
 * How long a lease has still to live.
 *
 * @param header who answered, and the store's revision
 * @param id the id of the lease
 * @param remaining the time until it expires unless it is renewed, in whole seconds
 * rounded down; empty if there is no such lease, or no longer
 * @param grantedTtl the time to live that it was granted; zero if there is no such lease
 * @param keys the keys that are attached to it, if they were asked for; of those outside
 * the client's namespace none
 * @since 0.1.0
 */
public record LeaseTimeToLive(Header header, long id, Optional<Duration> remaining, Duration grantedTtl,
		List<Bytes> keys) {

	/**
	 * Create a result.
	 */
	public LeaseTimeToLive {
		keys = List.copyOf(keys);
	}

	/**
	 * Return whether there is such a lease.
	 * @return {@code false} if it was never granted, has expired or was revoked
	 */
	public boolean exists() {
		return this.remaining.isPresent();
	}

}
