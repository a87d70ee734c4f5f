/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;

/**
 * Measures how long something takes.
 */
public final class Elapsed {

	private Elapsed() {
	}

	public static Duration of(Runnable action) {
		long begin = System.nanoTime();
		action.run();
		return since(begin);
	}

	public static Duration since(long nanoTime) {
		return Duration.ofNanos(System.nanoTime() - nanoTime);
	}

}
