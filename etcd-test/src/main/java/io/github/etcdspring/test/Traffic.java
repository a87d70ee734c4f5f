/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What has passed a link in one direction, over all its connections.
 */
final class Traffic {

	private final AtomicLong received = new AtomicLong();

	private final AtomicLong forwarded = new AtomicLong();

	void received(long bytes) {
		this.received.addAndGet(bytes);
	}

	void forwarded(long bytes) {
		this.forwarded.addAndGet(bytes);
	}

	long received() {
		return this.received.get();
	}

	long forwarded() {
		return this.forwarded.get();
	}

}
