/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchEvent;
import io.github.etcdspring.client.watch.WatchListener;

/**
 * Remembers what a watch told.
 */
class RecordingListener implements WatchListener {

	private final List<WatchBatch> batches = new ArrayList<>();

	private final List<Long> progress = new ArrayList<>();

	private final List<EtcdException> disconnections = new ArrayList<>();

	private int resumptions;

	private final CompletableFuture<WatchClosed> closed = new CompletableFuture<>();

	@Override
	public void onBatch(WatchBatch batch) {
		synchronized (this) {
			this.batches.add(batch);
		}
	}

	@Override
	public synchronized void onProgress(long revision) {
		this.progress.add(revision);
	}

	@Override
	public synchronized void onDisconnected(EtcdException cause) {
		this.disconnections.add(cause);
	}

	@Override
	public synchronized void onResumed() {
		this.resumptions++;
	}

	@Override
	public void onClosed(WatchClosed closed) {
		if (!this.closed.complete(closed)) {
			throw new AssertionError("Closed twice");
		}
	}

	synchronized List<WatchBatch> batches() {
		return List.copyOf(this.batches);
	}

	synchronized List<WatchEvent> events() {
		return this.batches.stream().flatMap((batch) -> batch.events().stream()).toList();
	}

	synchronized List<Long> progress() {
		return List.copyOf(this.progress);
	}

	synchronized List<EtcdException> disconnections() {
		return List.copyOf(this.disconnections);
	}

	synchronized int resumptions() {
		return this.resumptions;
	}

	CompletableFuture<WatchClosed> closed() {
		return this.closed;
	}

	/**
	 * Describe the events, such as {@code PUT a=1}.
	 * @param prefix what is taken off every key
	 * @return a text for each event
	 */
	List<String> described(String prefix) {
		return events().stream().flatMap((event) -> Stream.of(describe(event, prefix))).toList();
	}

	private static String describe(WatchEvent event, String prefix) {
		String key = event.keyValue().keyAsUtf8().substring(prefix.length());
		return event.isPut() ? "PUT " + key + "=" + event.keyValue().valueAsUtf8() : "DELETE " + key;
	}

}
