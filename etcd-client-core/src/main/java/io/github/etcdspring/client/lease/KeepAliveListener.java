/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;

/**
 * Is told how it goes with a lease that is kept alive. Its methods are called one after
 * the other, never two at a time, on the client's callback executor, and may block,
 * throw, call the client or close it; renewals do not wait for them. What they throw is
 * logged.
 * <p>
 * A listener that is slow is told what is newest: of several renewals the last, and
 * nothing of a doubt that has been resolved meanwhile. Because calls may be late,
 * {@link KeepAlive#state()} is what to ask before doing something that needs the lease.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface KeepAliveListener {

	/**
	 * A renewal was answered.
	 * @param ttl the time to live that the server gave
	 */
	default void onRenewed(Duration ttl) {
	}

	/**
	 * The lease is {@link LeaseState.Condition#SUSPECT SUSPECT} after it was alive.
	 */
	default void onSuspect() {
	}

	/**
	 * The lease is {@link LeaseState.Condition#ALIVE ALIVE} again after
	 * {@link #onSuspect()}.
	 */
	default void onAlive() {
	}

	/**
	 * The lease is lost, or the client was closed. Called at most once, as the last of
	 * all calls; not if the application closes the keepalive.
	 * @param loss why
	 */
	void onLost(LeaseLoss loss);

}
