/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchEvent;
import io.github.etcdspring.client.watch.WatchListener;

/**
 * A program that watches a flood, whose values count from 0, and handles nothing of it
 * before it is over.
 */
public final class SlowConsumer {

	/** Much less than even a short flood. */
	private static final long BUFFER = 512 * 1024;

	private SlowConsumer() {
	}

	public static void main(String[] args) {
		long expected = Long.getLong("events");
		String prefix = System.getProperty("prefix");
		CompletableFuture<Void> over = new CompletableFuture<>();
		CompletableFuture<String> end = new CompletableFuture<>();
		try (EtcdClient client = EtcdClient.builder().endpoints(System.getProperty("endpoint")).build()) {
			client.watch(KeyRange.prefix(prefix + "flood/"))
				.bufferBytes(BUFFER)
				.open(new Slow(expected, over, end))
				.ready()
				.join();
			client.watch(KeyRange.key(prefix + "over")).open((batch) -> over.complete(null)).ready().join();
			System.out.println("ready");
			System.out.println("end " + end.join());
		}
	}

	private static final class Slow implements WatchListener {

		private final long expected;

		private final CompletableFuture<Void> over;

		private final CompletableFuture<String> end;

		private long next;

		private long revision;

		Slow(long expected, CompletableFuture<Void> over, CompletableFuture<String> end) {
			this.expected = expected;
			this.over = over;
			this.end = end;
		}

		@Override
		public void onBatch(WatchBatch batch) {
			this.over.join();
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			if (batch.revision() <= this.revision) {
				this.end.complete("revision " + batch.revision() + " came after " + this.revision);
			}
			this.revision = batch.revision();
			for (WatchEvent event : batch.events()) {
				long value = Long.parseLong(event.keyValue().valueAsUtf8());
				if (value != this.next++) {
					this.end.complete(value + " came instead of " + (this.next - 1));
				}
			}
			if (this.next == this.expected) {
				this.end.complete(this.next + " events to revision " + this.revision);
			}
		}

		@Override
		public void onClosed(WatchClosed closed) {
			this.end.complete(String.valueOf(closed));
		}

	}

}
