/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long to wait before a call is sent again.
 */
final class Pauses {

	private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

	/** 25 ms become 400 ms at most, so that nobody misses a new leader for longer. */
	private static final int DOUBLINGS = 4;

	private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

	private Pauses() {
	}

	/**
	 * After a failure that another member may not have: a majority at once, then a pause,
	 * and so on. The pause begins with 25 ms and doubles up to 400 ms: many calls that
	 * wait for the same election must not keep the members from it.
	 * @param resend how often the call is sent again, from 1
	 * @param endpoints how many endpoints there are
	 * @param random the source of jitter
	 * @return nanoseconds
	 */
	static long soon(int resend, int endpoints, RandomGenerator random) {
		int majority = endpoints / 2 + 1;
		if (resend % majority != 0) {
			return 0;
		}
		int doublings = Math.min(resend / majority - 1, DOUBLINGS);
		return jittered(SHORT_NANOS << doublings, random);
	}

	/**
	 * After a refusal: the first time at once, then half a second more each time, up to
	 * five seconds.
	 * @param resend how often the call is sent again, from 1
	 * @param random the source of jitter
	 * @return nanoseconds
	 */
	static long later(int resend, RandomGenerator random) {
		return (resend <= 1) ? 0 : jittered(Math.min(LONGEST_NANOS, (resend - 1) * STEP_NANOS), random);
	}

	/**
	 * After every member has said that there is no leader: an election takes about so
	 * long.
	 * @param random the source of jitter
	 * @return nanoseconds
	 */
	static long forLeader(RandomGenerator random) {
		return jittered(2 * STEP_NANOS, random);
	}

	private static long jittered(long nanos, RandomGenerator random) {
		return (long) (nanos * (0.9 + 0.2 * random.nextDouble()));
	}

}
