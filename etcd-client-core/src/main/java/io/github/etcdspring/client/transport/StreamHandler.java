/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import io.github.etcdspring.client.error.Failure;

/**
 * What a service does with its stream. The engine calls it in the order of events, never
 * twice at a time, on threads that must not be blocked.
 *
 * @param <R> the type of the answers
 * @since 0.1.0
 */
public interface StreamHandler<R> {

	/**
	 * There is a new stream to a member, which knows nothing of the one before. Time to
	 * send what it must know.
	 */
	void opened();

	/**
	 * An answer has come.
	 * @param answer the answer
	 */
	void received(R answer);

	/**
	 * The stream broke, or could not be opened; the engine goes on trying. Told once when
	 * a stream breaks that worked, and again whenever all endpoints were tried in vain.
	 * @param failure what happened last
	 * @param attempts how many attempts failed in a row, with the one that broke; 0 if
	 * only a leader is missing, which is no attempt
	 */
	void disconnected(Failure failure, int attempts);

	/**
	 * The stream has ended for good: the client was closed, or asking again would change
	 * nothing. Nothing is told after it.
	 * @param failure why
	 */
	void ended(Failure failure);

	/**
	 * The server has said everything. Nothing is told after it. Only finite streams end
	 * so.
	 */
	default void completed() {
	}

}
