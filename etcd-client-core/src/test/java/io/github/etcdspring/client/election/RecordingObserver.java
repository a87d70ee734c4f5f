/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.election;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;

/**
 * Remembers what an observation told, as words in their order.
 */
class RecordingObserver implements LeaderListener {

	private final List<String> told = new ArrayList<>();

	private final List<KeyValue> leaders = new ArrayList<>();

	private final CompletableFuture<@Nullable EtcdException> closed = new CompletableFuture<>();

	private volatile @Nullable CountDownLatch gate;

	/** Let the listener block in its next calls, until the latch is counted down. */
	CountDownLatch block() {
		CountDownLatch latch = new CountDownLatch(1);
		this.gate = latch;
		return latch;
	}

	private void tell(String what) {
		synchronized (this) {
			this.told.add(what);
		}
		CountDownLatch latch = this.gate;
		if (latch != null) {
			try {
				if (!latch.await(20, TimeUnit.SECONDS)) {
					throw new IllegalStateException("The test did not let the listener go on");
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@Override
	public void onLeader(KeyValue leader) {
		synchronized (this) {
			this.leaders.add(leader);
		}
		tell(leader.valueAsUtf8());
	}

	@Override
	public void onDisconnected(EtcdException cause) {
		tell("disconnected");
	}

	@Override
	public void onResumed() {
		tell("resumed");
	}

	@Override
	public void onClosed(@Nullable EtcdException cause) {
		tell("closed");
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
