/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hashed timer wheel, made for deadlines that are almost always cancelled: scheduling
 * is one compare-and-set on a stack that the timer's thread empties once per tick, and a
 * task cancelled before that never reaches the wheel. Only the thread touches the wheel
 * itself, so it needs no lock. A task runs at most one tick late.
 */
final class TimerWheel extends Timer {

	private static final Logger logger = LoggerFactory.getLogger(TimerWheel.class);

	private static final long TICK_NANOS = 10_000_000L;

	private static final int BUCKETS = 512;

	private static final long LONGEST_JOIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	/** Ticks without a new task after which the thread sleeps until it is needed. */
	private static final int QUIET_TICKS = 100;

	private final AtomicReference<@Nullable Node> incoming = new AtomicReference<>();

	private final @Nullable Node[] buckets = new @Nullable Node[BUCKETS];

	private final long origin = System.nanoTime();

	private final Thread thread;

	private volatile boolean parked;

	private volatile boolean closed;

	private volatile Consumer<Runnable> abandoned = (task) -> {
	};

	private long tick;

	private int size;

	TimerWheel(String threadName) {
		this.thread = new Thread(this::loop, threadName);
		this.thread.setDaemon(true);
		this.thread.start();
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public long currentTimeMillis() {
		return System.currentTimeMillis();
	}

	@Override
	public Timeout schedule(long delayNanos, Runnable task) {
		Node node = new Node(task, deadlineTick(delayNanos));
		Node head = this.incoming.get();
		node.next = head;
		while (!this.incoming.compareAndSet(head, node)) {
			head = this.incoming.get();
			node.next = head;
		}
		if (this.parked) {
			LockSupport.unpark(this.thread);
		}
		return node;
	}

	private long deadlineTick(long delayNanos) {
		long elapsed = System.nanoTime() - this.origin;
		long deadline = elapsed + Math.max(0, delayNanos);
		// An absurdly long delay must not overflow into the past.
		return ((deadline < 0) ? Long.MAX_VALUE : deadline) / TICK_NANOS + 1;
	}

	@Override
	void close(Consumer<Runnable> abandoned) {
		this.abandoned = abandoned;
		this.closed = true;
		LockSupport.unpark(this.thread);
		if (Thread.currentThread() != this.thread) {
			join();
		}
	}

	private void join() {
		boolean interrupted = false;
		long end = System.nanoTime() + LONGEST_JOIN_NANOS;
		for (long rest = LONGEST_JOIN_NANOS; rest > 0 && this.thread.isAlive(); rest = end - System.nanoTime()) {
			try {
				// An executor of the application that blocks must not block closing.
				TimeUnit.NANOSECONDS.timedJoin(this.thread, rest);
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private void handOverRest() {
		handOver(this.incoming.getAndSet(null));
		for (int i = 0; i < BUCKETS; i++) {
			handOver(this.buckets[i]);
			this.buckets[i] = null;
		}
	}

	private void handOver(@Nullable Node node) {
		for (Node each = node; each != null; each = each.next) {
			Runnable task = each.task;
			if (task != null) {
				run(() -> this.abandoned.accept(task));
			}
		}
	}

	private void loop() {
		int quiet = 0;
		while (!this.closed) {
			long now = (System.nanoTime() - this.origin) / TICK_NANOS;
			quiet = takeIncoming() ? 0 : quiet + 1;
			turnTo(now);
			if (!this.closed) {
				sleep(quiet > QUIET_TICKS);
			}
		}
		handOverRest();
	}

	private boolean takeIncoming() {
		if (this.incoming.get() == null) {
			return false;
		}
		Node node = this.incoming.getAndSet(null);
		while (node != null) {
			Node next = node.next;
			if (node.task != null) {
				put(node);
			}
			node = next;
		}
		return true;
	}

	private void put(Node node) {
		// A tick that has been processed already never comes round again in time.
		int bucket = (int) (Math.max(node.deadlineTick, this.tick + 1) & (BUCKETS - 1));
		node.next = this.buckets[bucket];
		this.buckets[bucket] = node;
		this.size++;
	}

	private void turnTo(long now) {
		if (now - this.tick >= BUCKETS) {
			// After a pause of the process every bucket is due; one round visits them
			// all.
			this.tick = now - BUCKETS;
		}
		while (this.tick < now && !this.closed) {
			this.tick++;
			turn((int) (this.tick & (BUCKETS - 1)), now);
		}
	}

	private void turn(int bucket, long now) {
		Node node = this.buckets[bucket];
		if (node == null) {
			return;
		}
		this.buckets[bucket] = null;
		while (node != null) {
			Node next = node.next;
			Runnable task = node.task;
			this.size--;
			if (task != null && (node.deadlineTick > now || this.closed)) {
				// Not yet, or never: what is left when the thread ends is handed over.
				node.next = this.buckets[bucket];
				this.buckets[bucket] = node;
				this.size++;
			}
			else if (task != null) {
				node.task = null;
				run(task);
			}
			node = next;
		}
	}

	private void run(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			// The timer must outlive a defect in one task: all deadlines hang on it.
			logger.error("A timer task failed", ex);
		}
	}

	private void sleep(boolean quiet) {
		if (!quiet) {
			LockSupport.parkNanos(this, nanosUntil(this.tick + 1));
			return;
		}
		this.parked = true;
		if (this.incoming.get() == null && !this.closed) {
			if (this.size == 0) {
				LockSupport.park(this);
			}
			else {
				LockSupport.parkNanos(this, nanosUntil(this.tick + ticksToNextBucket()));
			}
		}
		this.parked = false;
	}

	private long nanosUntil(long targetTick) {
		return Math.max(1, targetTick * TICK_NANOS - (System.nanoTime() - this.origin));
	}

	private int ticksToNextBucket() {
		int ticks = 1;
		while (ticks < BUCKETS && this.buckets[(int) ((this.tick + ticks) & (BUCKETS - 1))] == null) {
			ticks++;
		}
		return ticks;
	}

	private static final class Node implements Timeout {

		private volatile @Nullable Runnable task;

		private final long deadlineTick;

		private @Nullable Node next;

		Node(Runnable task, long deadlineTick) {
			this.task = task;
			this.deadlineTick = deadlineTick;
		}

		@Override
		public void cancel() {
			this.task = null;
		}

	}

}
