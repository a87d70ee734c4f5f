/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.time;

import java.time.Duration;

/**
 * The time an embedded etcd server lives by: leases, tokens and progress reports run out
 * when this clock says so. A test advances it instead of waiting.
 * <p>
 * {@link #system()} follows real time and can be advanced on top of that;
 * {@link #manual()} stands still until it is advanced. All methods may be called from any
 * thread. Tasks run one at a time, in the order of their time, and tasks of the same time
 * in the order in which they were scheduled.
 *
 * @since 0.1.0
 */
public abstract sealed class EtcdClock implements AutoCloseable permits TaskClock {

	/**
	 * Return a clock that follows real time, plus what it was advanced by. It runs due
	 * tasks on one daemon thread, which exists from the first scheduled task until
	 * {@link #close()}.
	 * @return a new clock
	 */
	public static EtcdClock system() {
		return new SystemClock();
	}

	/**
	 * Return a clock that stands still until it is advanced. It has no thread: tasks run
	 * in {@link #advance(Duration)} only.
	 * @return a new clock
	 */
	public static EtcdClock manual() {
		return new TaskClock(() -> 0);
	}

	/**
	 * Return the time since this clock was made. It never goes back. While
	 * {@link #advance(Duration)} runs a task, this is the time that task was due at, or
	 * later.
	 * @return the time in nanoseconds
	 */
	public abstract long nanoTime();

	/**
	 * Move this clock forward and run every task that becomes due, also those scheduled
	 * by such a task, in the order of their time, on the calling thread, before this
	 * method returns. A call from another thread waits until this one is done. A task
	 * that throws does not keep the others from running.
	 * <p>
	 * For a server on this clock: every lease that runs out has been revoked, and its
	 * DELETE events are queued for the watches, when this method returns; they reach a
	 * client when the network has carried them.
	 * @param by how far, zero or more
	 * @throws IllegalArgumentException if the duration is negative or longer than 292
	 * years
	 * @throws IllegalStateException if a task failed; the cause is the first failure, the
	 * others are suppressed in it
	 */
	public abstract void advance(Duration by);

	/**
	 * Run a task once, when the given time has passed on this clock. A task must not
	 * block; it may schedule further tasks. After {@link #close()} nothing is scheduled
	 * any more, and the answer is a handle that has nothing to cancel.
	 * @param delay the time from now; zero or negative means at the next opportunity
	 * @param task what to run
	 * @return the handle to cancel the task
	 */
	public abstract Cancellable schedule(Duration delay, Runnable task);

	/**
	 * Drop all tasks and end the thread, if there is one. {@link #nanoTime()} goes on.
	 * Closing twice is harmless.
	 */
	@Override
	public abstract void close();

	/**
	 * A scheduled task.
	 *
	 * @since 0.1.0
	 */
	@FunctionalInterface
	public interface Cancellable {

		/**
		 * Keep the task from running.
		 * @return true if the task will not run because of this call; false if it runs,
		 * has run, or was cancelled before
		 */
		boolean cancel();

	}

}
