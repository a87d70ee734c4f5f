/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

/**
 * Which of several endpoints a client uses.
 *
 * @since 0.1.0
 */
public enum EndpointStrategy {

	/**
	 * The first endpoint; when it fails the next one, and there the client stays. The
	 * default.
	 */
	FAILOVER,

	/**
	 * As {@link #FAILOVER}, in an order that each client draws at random, so that many
	 * clients do not lean on one member.
	 */
	SHUFFLED,

	/**
	 * The next connected endpoint for each call.
	 */
	ROUND_ROBIN

}
