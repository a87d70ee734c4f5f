/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.etcdspring.client.transport.EndpointStrategy;

/**
 * The settings of a client.
 *
 * @param strategy which endpoint is used
 * @param timeout how long a call may take
 * @param connectTimeout how long a call waits for an endpoint
 * @param maxRetries how often a stream is opened again
 * @param retryReads whether reads are repeated
 * @param authenticates whether there is a user
 * @param checksLeader whether members say by themselves that they have no leader
 * @param longestCallback how long a callback may wait for a thread, in nanoseconds
 */
record ClientOptions(EndpointStrategy strategy, Duration timeout, Duration connectTimeout, int maxRetries,
		boolean retryReads, boolean authenticates, boolean checksLeader, long longestCallback) {

	static ClientOptions choose(Chance chance, boolean authenticates, boolean checksLeader) {
		return new ClientOptions(chance.any(List.of(EndpointStrategy.values())),
				Duration.ofMillis(chance.any(List.of(1000, 3000, 8000, 30000))),
				Duration.ofMillis(chance.any(List.of(500, 2000, 5000))), chance.any(List.of(-1, -1, 0, 1, 3)),
				chance.of(0.85), authenticates, checksLeader,
				TimeUnit.MILLISECONDS.toNanos(chance.any(List.of(1, 20, 500))));
	}

}
