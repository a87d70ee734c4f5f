/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.election;

/**
 * Tells who leads until it is closed, or has to end. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Observation implements AutoCloseable {

	private final LeaderStream stream;

	Observation(LeaderStream stream) {
		this.stream = stream;
	}

	/**
	 * End the observation. Nothing more is told, but for one
	 * {@link ObserveListener#onClosed}; a call that runs now is not waited for. May be
	 * called from the listener, and again.
	 */
	@Override
	public void close() {
		this.stream.close();
	}

}
