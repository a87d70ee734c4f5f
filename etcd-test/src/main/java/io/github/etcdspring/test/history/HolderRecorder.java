/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.function.BooleanSupplier;

/**
 * Records what somebody believes about a lock, or a leadership, and does under its
 * protection:
 *
 * <pre class="code">
 * HolderRecorder holder = recorder.acquire("/locks/report");
 * try (HeldLock lock = session.lock("/locks/report").acquire().sync()) {
 * 	holder.acquired(lock.fencingToken());
 * 	lock.onLost((cause) -&gt; holder.lost());
 * 	if (holder.believes(lock::isHeld)) {
 * 		recorder.txn(Write.put("/report", "7")).guardedBy(holder)
 * 			.sync(kv.txn().when(lock.fence()).then(Op.put("/report", "7")));
 * 	}
 * }
 * </pre>
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class HolderRecorder {

	private final History history;

	private final String process;

	private final String lock;

	private final long begin;

	private final Belief belief;

	private long acquired = -1;

	private long token;

	private long lost = -1;

	HolderRecorder(History history, String process, String lock, long begin) {
		this.history = history;
		this.process = process;
		this.lock = lock;
		this.begin = begin;
		this.belief = new Belief(history);
	}

	/**
	 * Record that the lock was acquired.
	 * @param fencingToken the fencing token: the revision that created the lock's key
	 */
	public synchronized void acquired(long fencingToken) {
		this.acquired = this.history.now();
		this.token = fencingToken;
	}

	/**
	 * Ask whether the lock is held, and record the answer.
	 * @param isHeld asks the lock
	 * @return the answer
	 */
	public boolean believes(BooleanSupplier isHeld) {
		return this.belief.ask(isHeld);
	}

	/**
	 * Record that the holder was told that the lock is lost. It must not believe in it
	 * any more.
	 */
	public synchronized void lost() {
		if (this.lost < 0) {
			this.lost = this.history.now();
		}
	}

	synchronized Call.Guard guard() {
		if (this.acquired < 0) {
			throw new IllegalStateException("The lock guards nothing before it is acquired: call acquired(token)");
		}
		return new Call.Guard(this.lock, this.token);
	}

	String process() {
		return this.process;
	}

	String lock() {
		return this.lock;
	}

	long begin() {
		return this.begin;
	}

	synchronized boolean wasAcquired() {
		return this.acquired >= 0;
	}

	synchronized long acquiredAt() {
		return this.acquired;
	}

	synchronized long token() {
		return this.token;
	}

	synchronized boolean wasLost() {
		return this.lost >= 0;
	}

	synchronized long lostAt() {
		return this.lost;
	}

	long believedUntil() {
		return this.belief.last();
	}

	static HolderRecorder parse(History history, Line line) {
		HolderRecorder holder = new HolderRecorder(history, line.text("process"), line.text("lock"),
				line.number("begin"));
		holder.acquired = line.number("acquired", -1);
		holder.token = line.number("token", 0);
		holder.lost = line.number("lost", -1);
		holder.belief.believed(line.number("believed", -1));
		return holder;
	}

	@Override
	public synchronized String toString() {
		Line line = new Line("holder").with("process", this.process).with("lock", this.lock).with("begin", this.begin);
		if (this.acquired >= 0) {
			line.with("acquired", this.acquired).with("token", this.token);
		}
		if (this.belief.last() >= 0) {
			line.with("believed", this.belief.last());
		}
		if (this.lost >= 0) {
			line.with("lost", this.lost);
		}
		return line.toString();
	}

}
