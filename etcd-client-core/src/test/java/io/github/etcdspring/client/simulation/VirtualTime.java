/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;

import org.jspecify.annotations.Nullable;

/**
 * The only time and the only thread of a simulation: one queue of events, in the order of
 * their times, and of their making where those are equal.
 */
final class VirtualTime {

	private static final int KEPT_NOTES = 4000;

	private final PriorityQueue<Event> queue = new PriorityQueue<>();

	private final @Nullable Deque<String> notes;

	private long now;

	private long sequence;

	private long hash = 1;

	VirtualTime(boolean noting) {
		this.notes = noting ? new ArrayDeque<>() : null;
	}

	/**
	 * Return how long the simulation runs.
	 * @return nanoseconds
	 */
	long now() {
		return this.now;
	}

	Event after(long nanos, Runnable task) {
		return at(this.now + Math.max(0, nanos), task);
	}

	Event at(long time, Runnable task) {
		Event event = new Event(time, this.sequence++, task);
		this.queue.add(event);
		return event;
	}

	/**
	 * Run everything that is due until a time.
	 * @param end the time
	 */
	void runUntil(long end) {
		for (Event next = this.queue.peek(); next != null && next.time <= end; next = this.queue.peek()) {
			this.queue.remove();
			Runnable task = next.task;
			if (task != null) {
				this.now = next.time;
				next.task = null;
				mix(next.time);
				mix(next.sequence);
				task.run();
			}
		}
		this.now = end;
	}

	/**
	 * Let something take part in the fingerprint of the run.
	 * @param value what happened
	 */
	void mix(long value) {
		this.hash = (this.hash ^ value) * 0x9E3779B97F4A7C15L;
		this.hash ^= this.hash >>> 29;
	}

	/**
	 * Return the fingerprint of all that has happened.
	 * @return equal for equal runs
	 */
	long hash() {
		return this.hash;
	}

	/**
	 * Return how many events there were.
	 * @return the number
	 */
	long events() {
		return this.sequence;
	}

	boolean isNoting() {
		return this.notes != null;
	}

	/**
	 * Remember in words what happens, if somebody wants to read it.
	 * @param format the words
	 * @param arguments what is filled in
	 */
	void note(String format, Object... arguments) {
		if (this.notes != null) {
			if (this.notes.size() == KEPT_NOTES) {
				this.notes.remove();
			}
			this.notes.add(String.format("%10.3f ms  ", this.now / 1e6) + String.format(format, arguments));
		}
	}

	String notes() {
		return (this.notes != null) ? String.join("\n", this.notes) : "";
	}

	/**
	 * Something that will happen.
	 */
	static final class Event implements Comparable<Event> {

		private final long time;

		private final long sequence;

		private @Nullable Runnable task;

		Event(long time, long sequence, Runnable task) {
			this.time = time;
			this.sequence = sequence;
			this.task = task;
		}

		void cancel() {
			this.task = null;
		}

		@Override
		public int compareTo(Event other) {
			int order = Long.compare(this.time, other.time);
			return (order != 0) ? order : Long.compare(this.sequence, other.sequence);
		}

	}

}
