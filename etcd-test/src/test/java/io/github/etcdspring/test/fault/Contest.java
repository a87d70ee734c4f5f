/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.test.history.History;
import io.github.etcdspring.test.history.HolderRecorder;
import io.github.etcdspring.test.history.LeaseRecorder;
import io.github.etcdspring.test.history.Recorder;

/**
 * What all contestants share: the record of what they did and believed, and what came of
 * it. They count, each what his prize guards, so that nothing gets lost when two count at
 * the same time.
 */
final class Contest {

	static final String LOCK = "/contest/lock";

	static final String ELECTION = "/contest/leader";

	static final String COUNTERS = "/contest/counter";

	private final CountDownLatch stopping = new CountDownLatch(1);

	private final History history = new History();

	private final Map<HolderRecorder, BooleanSupplier> holders = new ConcurrentHashMap<>();

	private final Map<LeaseRecorder, BooleanSupplier> leases = new ConcurrentHashMap<>();

	private final Queue<String> surprises = new ConcurrentLinkedQueue<>();

	private final Map<Event, Integer> counts = Collections.synchronizedMap(new EnumMap<>(Event.class));

	History history() {
		return this.history;
	}

	Queue<String> surprises() {
		return this.surprises;
	}

	void count(Event event) {
		this.counts.merge(event, 1, Integer::sum);
	}

	int total(Event... events) {
		int sum = 0;
		for (Event event : events) {
			sum += this.counts.getOrDefault(event, 0);
		}
		return sum;
	}

	/**
	 * Begin with the counters, which are recorded from their first values on.
	 * @param etcd a client
	 */
	void begin(EtcdClient etcd) {
		Recorder recorder = this.history.process("main");
		for (String queue : new String[] { LOCK, ELECTION }) {
			recorder.put(counter(queue), "0").sync(etcd.kv().put(counter(queue), "0"));
		}
	}

	static String counter(String queue) {
		return COUNTERS + queue;
	}

	static long number(GetResult counter) {
		String value = counter.first().orElseThrow().valueAsUtf8();
		return Long.parseLong(value.substring(0, (value.indexOf(' ') < 0) ? value.length() : value.indexOf(' ')));
	}

	void stop() {
		this.stopping.countDown();
	}

	boolean isStopping() {
		return this.stopping.getCount() == 0;
	}

	/**
	 * Wait, but not longer than the contest lasts.
	 * @param time how long
	 * @throws InterruptedException if the thread is interrupted
	 */
	void pause(Duration time) throws InterruptedException {
		this.stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
	}

	void believes(HolderRecorder holder, BooleanSupplier isHeld) {
		this.holders.put(holder, isHeld);
	}

	void believesNoMore(HolderRecorder holder) {
		this.holders.remove(holder);
	}

	void believes(LeaseRecorder lease, BooleanSupplier isAlive) {
		this.leases.put(lease, isAlive);
	}

	/** Ask all who hold something whether they believe so, until the end. */
	void askAll() {
		try {
			while (!this.stopping.await(2, TimeUnit.MILLISECONDS)) {
				this.holders.forEach(HolderRecorder::believes);
				this.leases.forEach(LeaseRecorder::believes);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Look at the cluster all the time, so that it is known by when something happened.
	 * @param etcd a client
	 */
	void observe(EtcdClient etcd) {
		Recorder recorder = this.history.process("observer");
		String counter = counter(LOCK);
		try {
			while (!this.stopping.await(15, TimeUnit.MILLISECONDS)) {
				try {
					recorder.get(counter).sync(etcd.kv().get(counter).timeout(Duration.ofSeconds(2)));
				}
				catch (EtcdException ex) {
					// There is no quorum.
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public String toString() {
		return this.counts.toString();
	}

	/**
	 * What happens to contestants.
	 */
	enum Event {

		/** Somebody got the lock. */
		LOCKED,

		/** Somebody became the leader. */
		LED,

		/** Somebody got it again who had lost it before. */
		AGAIN_AFTER_LOSS,

		/** Somebody lost what he held. */
		LOST,

		/** A guarded write was made. */
		COMMITTED,

		/** Nobody knows whether a guarded write was made. */
		UNKNOWN,

		/** A guarded write of a former holder was refused. */
		STALE_REFUSED,

		/** A waiter had waited long enough. */
		TIMED_OUT,

		/** A waiter went away. */
		CANCELLED,

		/** Somebody else had the lock, and it was not waited for. */
		NOT_FREE,

		/** A waiter was told that his session is lost. */
		DIED_WAITING,

		/** Somebody had it before his session was ended. */
		DIED_HOLDING

	}

}
