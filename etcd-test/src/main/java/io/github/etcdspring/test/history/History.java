/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongSupplier;

import io.github.etcdspring.client.data.KeyRange;

/**
 * Records what the clients of a test do and are told. All times are of one monotonic
 * clock. Thread-safe, and cheap enough for hundreds of thousands of operations; it keeps
 * their keys and values.
 * <p>
 * At the end {@link HistoryChecker} compares it with what the server kept:
 *
 * <pre class="code">
 * History history = new History();
 * // in each of several threads
 * Recorder recorder = history.process("writer-" + i);
 * recorder.put("/k", "value " + i).sync(etcd.kv().put("/k", "value " + i));
 * recorder.get("/k").sync(etcd.kv().get("/k"));
 * // when all have ended, from one member that works
 * new HistoryChecker(history, ServerHistory.read(etcd)).assertNoViolations(Path.of("target", "histories"));
 * </pre>
 *
 * @since 0.1.0
 */
public final class History {

	private final LongSupplier clock;

	private final List<Recorder> recorders = new ArrayList<>();

	private final List<Operation> loaded = new ArrayList<>();

	private final List<WatchRecorder> watches = new ArrayList<>();

	private final List<HolderRecorder> holders = new ArrayList<>();

	private final List<LeaseRecorder> leases = new ArrayList<>();

	private final List<Long> compactions = new ArrayList<>();

	/**
	 * Begin a history.
	 */
	public History() {
		this(sinceNow());
	}

	History(LongSupplier clock) {
		this.clock = clock;
	}

	private static LongSupplier sinceNow() {
		long origin = System.nanoTime();
		return () -> System.nanoTime() - origin;
	}

	/**
	 * Record what somebody does.
	 * @param name who, for the reader of a violation; best a name for each thread, and
	 * for locks one for each session
	 * @return a new recorder
	 */
	public Recorder process(String name) {
		Recorder recorder = new Recorder(this, name);
		synchronized (this) {
			this.recorders.add(recorder);
		}
		return recorder;
	}

	/**
	 * Record what a watch tells. The recorder is the listener to open the watch with.
	 * @param name the name, for the reader of a violation
	 * @param range the range that is watched
	 * @param fromRevision the first revision that is watched; 0 for now, and then
	 * {@link WatchRecorder#startedAt(long)} tells
	 * @return a new recorder, for one watch
	 */
	public WatchRecorder watch(String name, KeyRange range, long fromRevision) {
		if (fromRevision < 0) {
			throw new IllegalArgumentException(
					"'fromRevision' must not be negative but was " + fromRevision + "; use 0 for a watch from now");
		}
		return add(new WatchRecorder(this.clock, name, range, fromRevision));
	}

	/**
	 * Record that the store was compacted: that a watch may lose what is older.
	 * @param revision the revision
	 */
	public synchronized void compacted(long revision) {
		this.compactions.add(revision);
	}

	long now() {
		return this.clock.getAsLong();
	}

	synchronized HolderRecorder add(HolderRecorder holder) {
		this.holders.add(holder);
		return holder;
	}

	synchronized LeaseRecorder add(LeaseRecorder lease) {
		this.leases.add(lease);
		return lease;
	}

	synchronized WatchRecorder add(WatchRecorder watch) {
		this.watches.add(watch);
		return watch;
	}

	synchronized void add(Operation operation) {
		this.loaded.add(operation);
	}

	synchronized List<Operation> operations() {
		List<Operation> operations = new ArrayList<>(this.loaded);
		this.recorders.forEach((recorder) -> recorder.copyTo(operations));
		operations.sort((one, other) -> Long.compare(one.begin(), other.begin()));
		return Collections.unmodifiableList(operations);
	}

	synchronized List<WatchRecorder> watches() {
		return List.copyOf(this.watches);
	}

	synchronized List<HolderRecorder> holders() {
		return List.copyOf(this.holders);
	}

	synchronized List<LeaseRecorder> leases() {
		return List.copyOf(this.leases);
	}

	synchronized List<Long> compactions() {
		return List.copyOf(this.compactions);
	}

}
