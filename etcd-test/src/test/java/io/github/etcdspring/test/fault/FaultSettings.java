/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;

/**
 * How long fault tests are, as system properties say: {@code etcd.fault.long} for the
 * long forms, {@code etcd.fault.seed} to repeat a choice of faults. The others change one
 * length: {@code etcd.fault.rounds}, {@code etcd.fault.seconds} and
 * {@code etcd.fault.writes}.
 */
final class FaultSettings {

	private static final boolean LONG = Boolean.getBoolean("etcd.fault.long");

	private FaultSettings() {
	}

	/**
	 * Return the seed of random faults, and tell it.
	 * @param test who uses it
	 * @return the seed
	 */
	static long seed(Class<?> test) {
		long seed = Long.getLong("etcd.fault.seed", System.nanoTime());
		say(test, "-Detcd.fault.seed=" + seed);
		return seed;
	}

	static int rounds(int shortForm, int longForm) {
		return Integer.getInteger("etcd.fault.rounds", LONG ? longForm : shortForm);
	}

	static int writes(int shortForm, int longForm) {
		return Integer.getInteger("etcd.fault.writes", LONG ? longForm : shortForm);
	}

	static Duration time(int shortForm, int longForm) {
		return Duration.ofSeconds(Integer.getInteger("etcd.fault.seconds", LONG ? longForm : shortForm));
	}

	/**
	 * Return how long something may take that has to be done in time. The long form takes
	 * the promise at its word. The short one runs beside other tests, on machines that
	 * stand still for a moment now and then; what it has to tell apart differs by more.
	 * @param promise the promise
	 * @return the bound to check
	 */
	static Duration within(Duration promise) {
		return LONG ? promise : promise.plusSeconds(2);
	}

	/**
	 * Tell what a test did, which is in its report.
	 * @param test who tells it
	 * @param what what it did
	 */
	static void say(Class<?> test, String what) {
		System.out.println(test.getSimpleName() + ": " + what);
	}

}
