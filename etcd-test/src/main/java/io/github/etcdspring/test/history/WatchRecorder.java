/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchEvent;
import io.github.etcdspring.client.watch.WatchListener;

/**
 * Records what a watch tells; open the watch with it:
 *
 * <pre class="code">
 * WatchRecorder recorder = history.watch("all", KeyRange.prefix("/w/"), first).previousValues();
 * Watch watch = etcd.watch(KeyRange.prefix("/w/")).fromRevision(first).previousValues().open(recorder);
 * // when everything is written
 * await().until(() -&gt; recorder.lastRevision() &gt;= last);
 * </pre>
 * <p>
 * What it is not told after its last batch or progress is no gap: wait until it has seen
 * the last revision. One watch, one recorder; a watch that goes on after the end of
 * another gets its own, from the other's {@linkplain WatchClosed#nextRevision() next
 * revision}.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class WatchRecorder implements WatchListener {

	private final LongSupplier clock;

	private final String name;

	private final KeyRange range;

	private final List<Delivery> deliveries = new ArrayList<>();

	private final CompletableFuture<WatchClosed> closed = new CompletableFuture<>();

	private WatchListener next = new Nobody();

	private long from;

	private boolean puts = true;

	private boolean deletes = true;

	private boolean previousValues;

	private long last;

	private int disconnections;

	WatchRecorder(LongSupplier clock, String name, KeyRange range, long from) {
		this.clock = clock;
		this.name = name;
		this.range = range;
		this.from = from;
	}

	/**
	 * Say that the watch asks for the state before each change.
	 * @return this recorder
	 */
	public synchronized WatchRecorder previousValues() {
		this.previousValues = true;
		return this;
	}

	/**
	 * Say that the watch leaves out puts.
	 * @return this recorder
	 */
	public synchronized WatchRecorder withoutPuts() {
		this.puts = false;
		return this;
	}

	/**
	 * Say that the watch leaves out deletions.
	 * @return this recorder
	 */
	public synchronized WatchRecorder withoutDeletes() {
		this.deletes = false;
		return this;
	}

	/**
	 * Tell another listener, too, after recording.
	 * @param listener the listener, which is told all that this one is
	 * @return this recorder
	 */
	public synchronized WatchRecorder then(WatchListener listener) {
		this.next = listener;
		return this;
	}

	/**
	 * Say where a watch from now began.
	 * @param revision what {@link io.github.etcdspring.client.watch.Watch#ready()} tells
	 */
	public synchronized void startedAt(long revision) {
		this.from = revision;
	}

	/**
	 * Record a revision from which the application would go on. Only when nothing is
	 * being told: in the listener, or after the end.
	 * @param nextRevision what
	 * {@link io.github.etcdspring.client.watch.Watch#nextRevision()} tells
	 */
	public void bookmark(long nextRevision) {
		record(new Delivery(Delivery.Kind.BOOKMARK, this.clock.getAsLong(), nextRevision), 0);
	}

	@Override
	public void onBatch(WatchBatch batch) {
		record(new Delivery(Delivery.Kind.BATCH, this.clock.getAsLong(), batch.revision(), batch.events(), 0),
				batch.revision())
			.onBatch(batch);
	}

	@Override
	public void onProgress(long revision) {
		record(new Delivery(Delivery.Kind.PROGRESS, this.clock.getAsLong(), revision), revision).onProgress(revision);
	}

	@Override
	public void onDisconnected(EtcdException cause) {
		WatchListener listener;
		synchronized (this) {
			this.disconnections++;
			listener = this.next;
		}
		listener.onDisconnected(cause);
	}

	@Override
	public void onResumed() {
		listener().onResumed();
	}

	@Override
	public void onClosed(WatchClosed closed) {
		long compacted = 0;
		if (closed.cause() instanceof CompactedException cause) {
			compacted = cause.compactedRevision().orElse(0);
		}
		WatchListener listener = record(
				new Delivery(Delivery.Kind.END, this.clock.getAsLong(), closed.nextRevision(), List.of(), compacted),
				0);
		this.closed.complete(closed);
		listener.onClosed(closed);
	}

	/**
	 * Return the largest revision that was told, as a batch or as progress.
	 * @return the revision, 0 if none was
	 */
	public synchronized long lastRevision() {
		return this.last;
	}

	/**
	 * Return how often the watch was told that it had lost its connection.
	 * @return the number
	 */
	public synchronized int disconnections() {
		return this.disconnections;
	}

	/**
	 * Tell how the watch ended.
	 * @return completes with its end
	 */
	public CompletableFuture<WatchClosed> closed() {
		return this.closed.copy();
	}

	private synchronized WatchListener record(Delivery delivery, long revision) {
		this.deliveries.add(delivery);
		this.last = Math.max(this.last, revision);
		return this.next;
	}

	private synchronized WatchListener listener() {
		return this.next;
	}

	synchronized List<Delivery> deliveries() {
		return List.copyOf(this.deliveries);
	}

	synchronized long from() {
		return this.from;
	}

	synchronized boolean wantsPreviousValues() {
		return this.previousValues;
	}

	synchronized boolean sees(WatchEvent event) {
		return (event.isPut() ? this.puts : this.deletes) && this.range.contains(event.keyValue().key());
	}

	static WatchRecorder parse(History history, Line line) {
		KeyRange range = line.range("range");
		if (range == null) {
			throw new IllegalArgumentException("A line 'watch' needs range");
		}
		WatchRecorder watch = new WatchRecorder(history::now, line.text("name"), range, line.number("from"));
		watch.puts = !line.has("withoutPuts");
		watch.deletes = !line.has("withoutDeletes");
		watch.previousValues = line.has("previousValues");
		return watch;
	}

	void parseDelivery(Line line) {
		Delivery delivery = Delivery.parse(line);
		record(delivery, 0);
	}

	@Override
	public synchronized String toString() {
		Line line = new Line("watch").with("name", this.name).with("range", this.range).with("from", this.from);
		if (!this.puts) {
			line.with("withoutPuts", "yes");
		}
		if (!this.deletes) {
			line.with("withoutDeletes", "yes");
		}
		if (this.previousValues) {
			line.with("previousValues", "yes");
		}
		return line.toString();
	}

	/**
	 * Listens to nothing. That the watch ends is recorded, so nobody has to be warned.
	 */
	private static final class Nobody implements WatchListener {

		@Override
		public void onBatch(WatchBatch batch) {
		}

		@Override
		public void onClosed(WatchClosed closed) {
		}

	}

}
