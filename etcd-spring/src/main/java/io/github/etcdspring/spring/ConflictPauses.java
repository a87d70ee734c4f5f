/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;

/**
 * The pauses between the tries of an update: random, so that writers which collided once
 * do not collide for ever, and in a range that doubles from 10 ms to 320 ms.
 */
class ConflictPauses {

	private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private static final int DOUBLINGS = 5;

	private final LongUnaryOperator randomBelow;

	private final LongConsumer sleeper;

	ConflictPauses() {
		this((bound) -> ThreadLocalRandom.current().nextLong(bound), ConflictPauses::sleep);
	}

	/**
	 * Create pauses.
	 * @param randomBelow draws a number from 0 to below its argument
	 * @param sleeper sleeps for a number of nanoseconds; an interrupt ends its sleep and
	 * stays
	 */
	ConflictPauses(LongUnaryOperator randomBelow, LongConsumer sleeper) {
		this.randomBelow = randomBelow;
		this.sleeper = sleeper;
	}

	/**
	 * Pause after a conflict.
	 * @param conflicts how many there were, from 1
	 */
	void pause(int conflicts) {
		long bound = FIRST_NANOS << Math.min(conflicts - 1, DOUBLINGS);
		this.sleeper.accept(this.randomBelow.applyAsLong(bound));
	}

	static void sleep(long nanos) {
		long end = System.nanoTime() + nanos;
		long left = nanos;
		while (left > 0 && !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(left);
			left = end - System.nanoTime();
		}
	}

}
