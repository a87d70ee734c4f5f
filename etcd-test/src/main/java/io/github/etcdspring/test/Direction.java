/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

/**
 * Which way bytes go through a proxy.
 *
 * @since 0.1.0
 */
public enum Direction {

	/**
	 * From the client, which has made the connection, to the server.
	 */
	TO_SERVER,

	/**
	 * From the server to the client.
	 */
	TO_CLIENT

}
