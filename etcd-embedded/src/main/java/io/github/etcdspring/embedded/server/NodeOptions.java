/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.time.Duration;

import io.github.etcdspring.embedded.time.EtcdClock;

/**
 * The settings of a node.
 *
 * @param port the port to listen on, 0 for any free one
 * @param quotaBytes the size of the store at which writes are refused
 * @param maxRequestBytes the largest request
 * @param maxTxnOps the most operations in one list of a transaction
 * @param tokenTtl how long a token lives after its last use
 * @param clock the time
 * @since 0.1.0
 */
public record NodeOptions(int port, long quotaBytes, int maxRequestBytes, int maxTxnOps, Duration tokenTtl,
		EtcdClock clock) {
}
