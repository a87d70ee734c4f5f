/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * The engine's only source of time: a monotonic clock and tasks that run later. Tests put
 * a virtual one in its place.
 *
 * @since 0.1.0
 */
public abstract class Timer {

	/** The nanoseconds that are as good as for ever: 146 years. */
	static final long FOREVER = Long.MAX_VALUE / 2;

	Timer() {
	}

	/**
	 * Return the monotonic time.
	 * @return nanoseconds since an arbitrary origin
	 */
	public abstract long nanoTime();

	/**
	 * Return the time of day. It may jump, and goes on while the machine sleeps; that is
	 * the only use for it.
	 * @return milliseconds since 1970
	 */
	public abstract long currentTimeMillis();

	/**
	 * Run a task once, at or shortly after the end of a delay, on the timer's thread. The
	 * task must not block.
	 * @param delayNanos the delay in nanoseconds; zero or less is as soon as possible
	 * @param task the task
	 * @return what cancels it
	 */
	public abstract Timeout schedule(long delayNanos, Runnable task);

	/**
	 * Turn a duration into nanoseconds.
	 * @param duration the duration, of any length
	 * @return the nanoseconds, 146 years at most
	 */
	public static long nanos(Duration duration) {
		try {
			return Math.min(duration.toNanos(), FOREVER);
		}
		catch (ArithmeticException ex) {
			return FOREVER;
		}
	}

	/**
	 * Stop. Tasks that have not run are handed over instead of run; later ones never run.
	 * @param abandoned receives each task that will not run
	 */
	abstract void close(Consumer<Runnable> abandoned);

	/**
	 * A task that waits for its time.
	 */
	public interface Timeout {

		/**
		 * Drop the task if it has not started; afterwards nothing is held on to.
		 */
		void cancel();

	}

}
