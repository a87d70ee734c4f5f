/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.time;

import java.time.Duration;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * A clock over a source of time, plus what it was advanced by. By itself it runs tasks
 * only in {@link #advance(Duration)}.
 */
sealed class TaskClock extends EtcdClock permits SystemClock {

	private static final Comparator<Task> BY_TIME = Comparator.<Task>comparingLong((task) -> task.due)
		.thenComparingLong((task) -> task.number);

	private final LongSupplier source;

	/** Held while a task runs, so that tasks run one at a time. Taken before state. */
	private final ReentrantLock running = new ReentrantLock();

	private final ReentrantLock state = new ReentrantLock();

	private final Condition changed = this.state.newCondition();

	private final NavigableSet<Task> tasks = new TreeSet<>(BY_TIME);

	private long advanced;

	private long scheduled;

	private boolean closed;

	TaskClock(LongSupplier source) {
		this.source = source;
	}

	@Override
	public long nanoTime() {
		this.state.lock();
		try {
			return now();
		}
		finally {
			this.state.unlock();
		}
	}

	@Override
	public void advance(Duration by) {
		long nanos = nanos(by);
		if (nanos < 0) {
			throw new IllegalArgumentException("by is " + by + ", but time cannot go back; advance by zero or more");
		}
		this.running.lock();
		try {
			runUntilAdvanced(nanos);
		}
		finally {
			this.running.unlock();
		}
	}

	private void runUntilAdvanced(long nanos) {
		long target;
		this.state.lock();
		try {
			target = saturatedAdd(this.advanced, nanos);
		}
		finally {
			this.state.unlock();
		}
		IllegalStateException failed = null;
		for (Task task = takeDue(target); task != null; task = takeDue(target)) {
			try {
				task.action.run();
			}
			catch (RuntimeException | Error ex) {
				if (failed == null) {
					failed = new IllegalStateException("A task of the clock failed", ex);
				}
				else {
					failed.addSuppressed(ex);
				}
			}
		}
		if (failed != null) {
			throw failed;
		}
	}

	// take the first task due once the clock is advanced to the target, and move the
	// clock to the time of that task; or, if there is none, to the target
	private @Nullable Task takeDue(long target) {
		this.state.lock();
		try {
			long real = this.source.getAsLong();
			Task first = (this.tasks.isEmpty()) ? null : this.tasks.first();
			if (first == null || first.due > saturatedAdd(real, Math.max(target, this.advanced))) {
				this.advanced = Math.max(this.advanced, target);
				this.changed.signalAll();
				return null;
			}
			this.tasks.remove(first);
			this.advanced = Math.max(this.advanced, first.due - real);
			return first;
		}
		finally {
			this.state.unlock();
		}
	}

	@Override
	public Cancellable schedule(Duration delay, Runnable task) {
		long nanos = Math.max(0, nanos(delay));
		this.state.lock();
		try {
			if (this.closed) {
				return () -> false;
			}
			Task added = new Task(saturatedAdd(now(), nanos), this.scheduled++, task);
			this.tasks.add(added);
			if (this.tasks.first() == added) {
				this.changed.signalAll();
			}
			taskAdded();
			return () -> cancel(added);
		}
		finally {
			this.state.unlock();
		}
	}

	private boolean cancel(Task task) {
		this.state.lock();
		try {
			return this.tasks.remove(task);
		}
		finally {
			this.state.unlock();
		}
	}

	@Override
	public void close() {
		this.state.lock();
		try {
			this.closed = true;
			this.tasks.clear();
			this.changed.signalAll();
		}
		finally {
			this.state.unlock();
		}
	}

	/**
	 * Called with the state locked, after a task was added.
	 */
	void taskAdded() {
	}

	/**
	 * Wait until a task is due by itself.
	 * @return false if the clock was closed meanwhile
	 * @throws InterruptedException if the thread is interrupted
	 */
	final boolean awaitDue() throws InterruptedException {
		this.state.lockInterruptibly();
		try {
			while (!this.closed) {
				if (this.tasks.isEmpty()) {
					this.changed.await();
					continue;
				}
				long left = this.tasks.first().due - now();
				if (left <= 0) {
					return true;
				}
				this.changed.awaitNanos(left);
			}
			return false;
		}
		finally {
			this.state.unlock();
		}
	}

	/**
	 * Run what is due now.
	 */
	final void runDue() {
		advance(Duration.ZERO);
	}

	private long now() {
		return saturatedAdd(this.source.getAsLong(), this.advanced);
	}

	private static long nanos(Duration duration) {
		try {
			return duration.toNanos();
		}
		catch (ArithmeticException ex) {
			throw new IllegalArgumentException(
					"the duration is " + duration + ", but the clock reaches 292 years; take a shorter one", ex);
		}
	}

	private static long saturatedAdd(long left, long right) {
		long sum = left + right;
		return (left > 0 && right > 0 && sum < 0) ? Long.MAX_VALUE : sum;
	}

	private static final class Task {

		private final long due;

		private final long number;

		private final Runnable action;

		Task(long due, long number, Runnable action) {
			this.due = due;
			this.number = number;
			this.action = action;
		}

	}

}
