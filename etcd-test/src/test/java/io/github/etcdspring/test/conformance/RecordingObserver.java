/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.election.LeaderListener;
import io.github.etcdspring.client.error.EtcdException;

/**
 * Remembers what an observation told, as words in their order.
 */
final class RecordingObserver implements LeaderListener {

	private final List<String> told = new ArrayList<>();

	private final List<KeyValue> leaders = new ArrayList<>();

	private final CompletableFuture<@Nullable EtcdException> closed = new CompletableFuture<>();

	@Override
	public synchronized void onLeader(KeyValue leader) {
		this.leaders.add(leader);
		this.told.add(leader.valueAsUtf8());
	}

	@Override
	public synchronized void onDisconnected(EtcdException cause) {
		this.told.add("disconnected");
	}

	@Override
	public synchronized void onResumed() {
		this.told.add("resumed");
	}

	@Override
	public synchronized void onClosed(@Nullable EtcdException cause) {
		this.told.add("closed");
		this.closed.complete(cause);
	}

	synchronized List<String> told() {
		return List.copyOf(this.told);
	}

	synchronized List<KeyValue> leaders() {
		return List.copyOf(this.leaders);
	}

	CompletableFuture<@Nullable EtcdException> closed() {
		return this.closed;
	}

}
