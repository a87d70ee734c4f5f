/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.error.EtcdException;

/**
 * A request to etcd with its two ends. A request is mutable, for one thread at a time,
 * and can be sent as often as wanted.
 *
 * @param <R> the type of the result
 * @since 0.1.0
 */
public interface Request<R> {

	/**
	 * Limit how long the request may take as a whole, with its retries.
	 * @param timeout the limit, positive; without one the client's timeout applies, or
	 * what the request itself says
	 * @return this request
	 * @throws IllegalArgumentException if the limit is zero or negative
	 */
	Request<R> timeout(Duration timeout);

	/**
	 * Send the request and wait for its result. An interrupted thread stops waiting,
	 * takes the request off the wire and stays interrupted.
	 * @return the result
	 * @throws EtcdException if the request fails; its outcome says whether a write may
	 * have been applied
	 * @throws IllegalStateException on a network thread of the client, where waiting
	 * would never end
	 */
	R sync();

	/**
	 * Send the request.
	 * @return completes on the client's callback executor with the result, or
	 * exceptionally with an {@link EtcdException}. Cancelling it, also by
	 * {@link CompletableFuture#orTimeout orTimeout}, takes the request off the wire;
	 * cancelling a stage that depends on it does not
	 */
	CompletableFuture<R> async();

	/**
	 * Check a timeout.
	 * @param timeout the timeout
	 * @return the timeout
	 * @throws IllegalArgumentException if it is zero or negative
	 */
	static Duration checkTimeout(Duration timeout) {
		Arguments.notNull(timeout, "timeout", "leave it out to use the client's timeout");
		if (timeout.isZero() || timeout.isNegative()) {
			throw new IllegalArgumentException(
					"'timeout' must be positive but was " + timeout + "; leave it out to use the client's timeout");
		}
		return timeout;
	}

}
