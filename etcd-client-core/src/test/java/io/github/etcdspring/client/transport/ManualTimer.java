/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Time that a test moves by hand. It begins shortly before its clock overflows, which a
 * clock without an origin is free to do.
 */
public final class ManualTimer extends Timer {

	private final List<Task> tasks = new ArrayList<>();

	private long now = Long.MAX_VALUE - Duration.ofSeconds(2).toNanos();

	private long asleepMillis;

	private boolean closed;

	@Override
	public synchronized long nanoTime() {
		return this.now;
	}

	@Override
	public synchronized long currentTimeMillis() {
		return this.now / 1_000_000 + this.asleepMillis;
	}

	@Override
	public synchronized Timeout schedule(long delayNanos, Runnable task) {
		Task scheduled = new Task(this.now + Math.max(0, delayNanos), task);
		if (!this.closed) {
			this.tasks.add(scheduled);
		}
		return () -> {
			synchronized (ManualTimer.this) {
				this.tasks.remove(scheduled);
			}
		};
	}

	@Override
	void close(Consumer<Runnable> abandoned) {
		List<Task> rest;
		synchronized (this) {
			this.closed = true;
			rest = List.copyOf(this.tasks);
			this.tasks.clear();
		}
		rest.forEach((task) -> abandoned.accept(task.action()));
	}

	/**
	 * Return how long it is to each task that waits.
	 * @return the times, in no order
	 */
	public synchronized List<Duration> waiting() {
		return this.tasks.stream().map((task) -> Duration.ofNanos(task.due() - this.now)).toList();
	}

	/**
	 * Find a jittered pause among what waits.
	 * @param pause the pause, without its jitter
	 * @return the pause as it is, or {@code null}
	 */
	public @Nullable Duration waitingAbout(Duration pause) {
		Duration least = pause.multipliedBy(9).dividedBy(10);
		Duration most = pause.multipliedBy(11).dividedBy(10);
		return waiting().stream()
			.filter((time) -> time.compareTo(least) >= 0 && time.compareTo(most) <= 0)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Let a jittered pause pass that waits now.
	 * @param pause the pause, without its jitter
	 */
	public void pass(Duration pause) {
		Duration waiting = waitingAbout(pause);
		if (waiting == null) {
			throw new AssertionError("Nothing waits for about " + pause + ", only for " + waiting());
		}
		advance(waiting);
	}

	/**
	 * Move the time, and run on this thread what becomes due.
	 * @param time how far
	 */
	public void advance(Duration time) {
		long end = nanoTime() + time.toNanos();
		for (Task task = next(end); task != null; task = next(end)) {
			task.action().run();
		}
	}

	/**
	 * Move only the time of day, as when the machine sleeps, or as when somebody sets its
	 * clock.
	 * @param time how far
	 */
	public synchronized void sleep(Duration time) {
		this.asleepMillis += time.toMillis();
	}

	/**
	 * Move the time and run nothing, as while the process is paused.
	 * @param time how far
	 */
	public synchronized void pause(Duration time) {
		this.now += time.toNanos();
	}

	private synchronized @Nullable Task next(long end) {
		Task next = null;
		for (Task task : this.tasks) {
			if (task.due() - end <= 0 && (next == null || task.due() - next.due() < 0)) {
				next = task;
			}
		}
		if (next == null) {
			this.now = end;
			return null;
		}
		this.tasks.remove(next);
		this.now = (next.due() - this.now > 0) ? next.due() : this.now;
		return next;
	}

	/** Compared by identity: two tasks may be due at the same time. */
	private static final class Task {

		private final long due;

		private final Runnable action;

		Task(long due, Runnable action) {
			this.due = due;
			this.action = action;
		}

		long due() {
			return this.due;
		}

		Runnable action() {
			return this.action;
		}

	}

}
