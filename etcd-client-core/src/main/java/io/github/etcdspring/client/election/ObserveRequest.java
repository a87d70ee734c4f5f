/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.election;

import io.github.etcdspring.client.data.Arguments;

/**
 * An election to observe. Can be opened as often as wanted, each time with a stream of
 * its own. Mutable, for one thread at a time.
 *
 * @since 0.1.0
 */
public final class ObserveRequest {

	private final Streams streams;

	private int maxRetries;

	ObserveRequest(Streams streams, int maxRetries) {
		this.streams = streams;
		this.maxRetries = maxRetries;
	}

	/**
	 * Set how many attempts in a row to connect may fail before the observation ends,
	 * with the one that broke counted. Each attempt asks all endpoints. The default is
	 * the client's.
	 * @param maxRetries the number; 0 ends the observation with its connection, -1 is
	 * without limit
	 * @return this request
	 * @throws IllegalArgumentException if it is less than -1
	 */
	public ObserveRequest maxRetries(int maxRetries) {
		this.maxRetries = Arguments.maxRetries(maxRetries);
		return this;
	}

	/**
	 * Observe, and tell a listener.
	 * @param listener the listener
	 * @return the observation, which the caller closes
	 */
	public Observation open(LeaderListener listener) {
		Arguments.notNull(listener, "listener");
		LeaderStream stream = this.streams.create(listener, this.maxRetries);
		stream.start();
		return new Observation(stream::close);
	}

	/**
	 * Makes streams of the election.
	 */
	@FunctionalInterface
	interface Streams {

		LeaderStream create(LeaderListener listener, int maxRetries);

	}

}
