/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

/**
 * Remembers when something last came from the other side. Thread-safe.
 */
final class LastHeard {

	private final Timer timer;

	private volatile long at;

	LastHeard(Timer timer) {
		this.timer = timer;
		// Zero would be any time on a clock without an origin.
		this.at = timer.nanoTime();
	}

	void now() {
		this.at = this.timer.nanoTime();
	}

	boolean isSilentSince(long nanoTime) {
		return this.at - nanoTime < 0;
	}

}
