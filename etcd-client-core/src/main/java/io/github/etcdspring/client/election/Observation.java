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

	private final Runnable end;

	/**
	 * Create an observation. For the client's own packages.
	 * @param end ends it; may be called on any thread, and again
	 */
	public Observation(Runnable end) {
		this.end = end;
	}

	/**
	 * End the observation. Nothing more is told, but for one
	 * {@link LeaderListener#onClosed}; a call that runs now is not waited for. May be
	 * called from the listener, and again.
	 */
	@Override
	public void close() {
		this.end.run();
	}

}
