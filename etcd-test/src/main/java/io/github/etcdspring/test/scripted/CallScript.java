/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.scripted;

/**
 * What the server does with one call or stream. It has a thread of its own, so it may
 * wait for requests one after the other. A call that the script has not ended when it
 * returns stays open, and the test may go on with it.
 * <p>
 * An exception of the script fails the call with {@code INVALID_ARGUMENT} and a text that
 * says so, unless the call is over already.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the answers
 * @since 0.1.0
 */
@FunctionalInterface
public interface CallScript<Q, R> {

	/**
	 * Act as the server in one call.
	 * @param call the call
	 * @throws Exception whatever goes wrong
	 */
	void run(ScriptedCall<Q, R> call) throws Exception;

}
