/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.EtcdException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Remembers in words what a watch told.
 */
class Told implements WatchListener {

	private final List<String> told = new ArrayList<>();

	private @Nullable WatchClosed closed;

	@Override
	public void onBatch(WatchBatch batch) {
		add(batch.events()
			.stream()
			.map((event) -> event.keyValue().keyAsUtf8())
			.collect(Collectors.joining("+", batch.revision() + "=", "")));
	}

	@Override
	public void onProgress(long revision) {
		add("progress " + revision);
	}

	@Override
	public void onDisconnected(EtcdException cause) {
		add("disconnected");
	}

	@Override
	public void onResumed() {
		add("resumed");
	}

	@Override
	public void onClosed(WatchClosed closed) {
		synchronized (this) {
			this.closed = closed;
		}
		add("closed at " + closed.nextRevision() + ((closed.cause() != null) ? ": " + closed.cause().reason() : ""));
	}

	private synchronized void add(String text) {
		this.told.add(text);
	}

	synchronized List<String> all() {
		return List.copyOf(this.told);
	}

	synchronized @Nullable EtcdException cause() {
		return (this.closed != null) ? this.closed.cause() : null;
	}

	/**
	 * Wait until exactly this was told, from the beginning.
	 * @param expected the texts
	 */
	void expect(String... expected) {
		await().pollInterval(Duration.ofMillis(10)).untilAsserted(() -> assertThat(all()).containsExactly(expected));
	}

}
