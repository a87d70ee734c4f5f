/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * All that is random in a schedule, from its seed.
 */
final class Chance {

	private final SplittableRandom random;

	Chance(long seed) {
		this(new SplittableRandom(seed));
	}

	private Chance(SplittableRandom random) {
		this.random = random;
	}

	/**
	 * Split off a source of its own, so that one part of a schedule does not disturb
	 * another.
	 * @return the source
	 */
	Chance split() {
		return new Chance(this.random.split());
	}

	Random toRandom() {
		return new Random(this.random.nextLong());
	}

	boolean of(double probability) {
		return this.random.nextDouble() < probability;
	}

	int below(int bound) {
		return this.random.nextInt(bound);
	}

	int between(int least, int most) {
		return this.random.nextInt(least, most + 1);
	}

	/**
	 * Choose a time.
	 * @param least the least in milliseconds
	 * @param most the most in milliseconds
	 * @return nanoseconds
	 */
	long millis(int least, int most) {
		return this.random.nextLong(TimeUnit.MILLISECONDS.toNanos(least), TimeUnit.MILLISECONDS.toNanos(most) + 1);
	}

	<T> T any(List<T> choices) {
		return choices.get(below(choices.size()));
	}

}
