/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Waits for what nobody announces.
 */
final class Polling {

	private static final Duration PAUSE = Duration.ofMillis(10);

	private Polling() {
	}

	/**
	 * Ask until the answer is yes.
	 * @param timeout for how long to ask; the question is asked at least once
	 * @param condition the question
	 * @return {@code false} if the time is up
	 * @throws IllegalStateException if the thread is interrupted
	 */
	static boolean until(Duration timeout, BooleanSupplier condition) {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - start >= timeout.toNanos()) {
				return false;
			}
			pause(PAUSE);
		}
		return true;
	}

	static void pause(Duration time) {
		try {
			TimeUnit.NANOSECONDS.sleep(time.toNanos());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted while waiting", ex);
		}
	}

}
