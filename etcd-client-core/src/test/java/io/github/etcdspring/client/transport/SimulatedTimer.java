/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The time of one client among others in a simulation, all of which have one queue of
 * events. It begins shortly before its clock overflows.
 */
public final class SimulatedTimer extends Timer {

	private static final long ORIGIN = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5);

	private final LongSupplier elapsed;

	private final Queue queue;

	private final Set<Task> tasks = new LinkedHashSet<>();

	private long aheadMillis;

	private long pausedUntil;

	private boolean closed;

	/**
	 * Create a timer.
	 * @param elapsed how long the simulation runs, in nanoseconds
	 * @param queue where tasks wait
	 */
	public SimulatedTimer(LongSupplier elapsed, Queue queue) {
		this.elapsed = elapsed;
		this.queue = queue;
	}

	@Override
	public long nanoTime() {
		return ORIGIN + this.elapsed.getAsLong();
	}

	@Override
	public long currentTimeMillis() {
		return TimeUnit.NANOSECONDS.toMillis(this.elapsed.getAsLong()) + this.aheadMillis;
	}

	/**
	 * Set the time of day.
	 * @param millis how far, forwards or backwards
	 */
	public void jump(long millis) {
		this.aheadMillis += millis;
	}

	/**
	 * Run nothing for a while, as while the process is paused. What is due then is run
	 * afterwards.
	 * @param nanos for how long
	 */
	public void pause(long nanos) {
		this.pausedUntil = Math.max(this.pausedUntil, this.elapsed.getAsLong() + nanos);
	}

	@Override
	public Timeout schedule(long delayNanos, Runnable action) {
		Task task = new Task(action);
		if (!this.closed) {
			this.tasks.add(task);
			task.cancel = this.queue.after(Math.max(0, delayNanos), () -> due(task));
		}
		return () -> {
			if (this.tasks.remove(task)) {
				task.cancel.run();
			}
		};
	}

	private void due(Task task) {
		long rest = this.pausedUntil - this.elapsed.getAsLong();
		if (rest > 0) {
			task.cancel = this.queue.after(rest, () -> due(task));
		}
		else if (this.tasks.remove(task)) {
			task.action.run();
		}
	}

	@Override
	void close(Consumer<Runnable> abandoned) {
		this.closed = true;
		List<Task> rest = List.copyOf(this.tasks);
		this.tasks.clear();
		rest.forEach((task) -> {
			task.cancel.run();
			abandoned.accept(task.action);
		});
	}

	/**
	 * Return how many tasks wait for their time.
	 * @return the number
	 */
	public int waiting() {
		return this.tasks.size();
	}

	/**
	 * The queue of the simulation.
	 */
	public interface Queue {

		/**
		 * Run a task later.
		 * @param nanos how much later
		 * @param task the task
		 * @return what cancels it
		 */
		Runnable after(long nanos, Runnable task);

	}

	private static final class Task {

		private final Runnable action;

		private Runnable cancel = () -> {
		};

		Task(Runnable action) {
			this.action = action;
		}

	}

}
