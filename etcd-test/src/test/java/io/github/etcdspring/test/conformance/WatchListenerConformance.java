/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.lease.LeaseState;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a listener may do in its calls.
 */
abstract class WatchListenerConformance extends Conformance {

	@Test
	void listenerMayThrow() {
		RecordingListener listener = new RecordingListener() {
			@Override
			public void onBatch(WatchBatch batch) {
				super.onBatch(batch);
				throw new IllegalStateException("a test says so");
			}
		};
		try (Watch watch = this.etcd.watch(ownKeys()).open(listener)) {
			watch.ready().join();
			put("a", "1");
			put("a", "2");
			await()
				.untilAsserted(() -> assertThat(listener.described(this.prefix)).containsExactly("PUT a=1", "PUT a=2"));
		}
		assertThat(listener.closed()).succeedsWithin(SOON);
	}

	@Test
	void listenerThatBlocksHoldsUpNobodyElse() throws InterruptedException {
		CountDownLatch go = new CountDownLatch(1);
		RecordingListener blocked = new RecordingListener() {
			@Override
			public void onBatch(WatchBatch batch) {
				awaitUninterrupted(go);
				super.onBatch(batch);
			}
		};
		RecordingListener free = new RecordingListener();
		try (Watch first = this.etcd.watch(ownKeys()).open(blocked);
				Watch second = this.etcd.watch(ownKeys()).open(free)) {
			first.ready().join();
			second.ready().join();
			for (int i = 0; i < 50; i++) {
				int expected = i + 1;
				put("a", String.valueOf(i));
				await().pollInterval(Duration.ofMillis(5))
					.atMost(Duration.ofSeconds(2))
					.until(() -> free.batches().size() == expected);
			}
			assertThat(blocked.batches()).isEmpty();
			assertThat(first.nextRevision()).as("the handling of the first has begun")
				.isEqualTo(free.batches().get(0).revision() + 1);
			go.countDown();
			await().until(() -> blocked.batches().size() == 50);
			assertThat(blocked.events()).isEqualTo(free.events());
		}
	}

	@Test
	void listenerThatBlocksForLongDelaysNeitherEventsNorRenewals() {
		CountDownLatch go = new CountDownLatch(1);
		RecordingListener blocked = new RecordingListener() {
			@Override
			public void onBatch(WatchBatch batch) {
				awaitUninterrupted(go);
				super.onBatch(batch);
			}
		};
		List<RecordingListener> free = new ArrayList<>();
		List<Watch> watches = new ArrayList<>();
		List<Long> millis = new ArrayList<>();
		long lease = this.etcd.leases().grant(Duration.ofSeconds(2)).sync().id();
		try (EtcdClient client = newClient().build(); KeepAlive alive = client.leases().keepAlive(lease).open()) {
			alive.ready().join();
			watches.add(client.watch(ownKeys()).open(blocked));
			for (int i = 0; i < 7; i++) {
				free.add(new RecordingListener());
				watches.add(client.watch(ownKeys()).open(free.get(i)));
			}
			watches.forEach((watch) -> watch.ready().join());
			long begin = System.nanoTime();
			while (System.nanoTime() - begin < Duration.ofSeconds(5).toNanos()) {
				int expected = millis.size() + 1;
				put("a", "1");
				long written = System.nanoTime();
				await().pollDelay(Duration.ZERO)
					.pollInterval(Duration.ofMillis(2))
					.atMost(Duration.ofSeconds(2))
					.until(() -> free.stream().allMatch((each) -> each.batches().size() == expected));
				millis.add((System.nanoTime() - written) / 1_000_000);
			}
			assertThat(millis.stream().sorted().skip(millis.size() / 2).findFirst()).as("the median of %s", millis)
				.hasValueSatisfying((median) -> assertThat(median).isLessThan(100));
			assertThat(blocked.batches()).isEmpty();
			assertThat(alive.state()).isEqualTo(LeaseState.ALIVE);
			assertThat(this.etcd.leases().timeToLive(lease).sync().exists()).isTrue();
			go.countDown();
			await().until(() -> blocked.batches().size() == millis.size());
		}
		finally {
			go.countDown();
			watches.forEach(Watch::close);
			this.etcd.leases().revoke(lease).sync();
		}
	}

	@Test
	void listenerMayCallTheClientAndWait() {
		AtomicInteger found = new AtomicInteger();
		RecordingListener listener = new RecordingListener() {
			@Override
			public void onBatch(WatchBatch batch) {
				found.addAndGet((int) WatchListenerConformance.this.kv.get(ownKeys()).sync().count());
				super.onBatch(batch);
			}
		};
		try (Watch watch = this.etcd.watch(ownKeys()).open(listener)) {
			watch.ready().join();
			put("a", "1");
			await().until(() -> listener.batches().size() == 1);
			assertThat(found).hasValue(1);
		}
	}

	@Test
	void listenerMayCloseItsWatch() {
		AtomicReference<Watch> own = new AtomicReference<>();
		RecordingListener listener = new RecordingListener() {
			@Override
			public void onBatch(WatchBatch batch) {
				super.onBatch(batch);
				own.get().close();
			}
		};
		RecordingListener other = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).open(listener);
				Watch second = this.etcd.watch(ownKeys()).open(other)) {
			own.set(watch);
			watch.ready().join();
			second.ready().join();
			long first = put("a", "1");
			put("a", "2");
			await().until(() -> other.batches().size() == 2);
			assertThat(listener.closed()).succeedsWithin(SOON).isEqualTo(new WatchClosed(first + 1, null));
			assertThat(listener.described(this.prefix)).containsExactly("PUT a=1");
		}
	}

	@Test
	void listenerMayOpenAnother() {
		RecordingListener inner = new RecordingListener();
		AtomicReference<Watch> opened = new AtomicReference<>();
		RecordingListener listener = new RecordingListener() {
			@Override
			public void onBatch(WatchBatch batch) {
				if (opened.get() == null) {
					opened.set(WatchListenerConformance.this.etcd.watch(ownKeys())
						.fromRevision(batch.revision())
						.open(inner));
					opened.get().ready().join();
				}
				super.onBatch(batch);
			}
		};
		try (Watch watch = this.etcd.watch(ownKeys()).open(listener)) {
			watch.ready().join();
			put("a", "1");
			put("a", "2");
			await().until(() -> inner.batches().size() == 2 && listener.batches().size() == 2);
		}
		finally {
			opened.get().close();
		}
	}

	@Test
	void listenerMayCloseTheClient() {
		EtcdClient client = newClient().build();
		RecordingListener other = new RecordingListener();
		RecordingListener listener = new RecordingListener() {
			@Override
			public void onBatch(WatchBatch batch) {
				super.onBatch(batch);
				client.close();
			}
		};
		client.watch(ownKeys()).open(other).ready().join();
		client.watch(ownKeys()).open(listener).ready().join();
		put("a", "1");
		for (RecordingListener each : List.of(listener, other)) {
			assertThat(each.closed()).succeedsWithin(SOON)
				.satisfies((closed) -> assertThat(closed.cause()).isInstanceOf(ClientClosedException.class));
		}
		put("a", "2");
		assertThat(listener.batches()).hasSize(1);
		assertThat(client.watch(ownKeys()).open(new RecordingListener()).ready()).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ClientClosedException.class);
	}

	@Test
	void closedClientEndsWatchesWithinASecondAlsoIfTheyBlock() {
		CountDownLatch blocking = new CountDownLatch(1);
		RecordingListener listener = new RecordingListener() {
			@Override
			public void onBatch(WatchBatch batch) {
				super.onBatch(batch);
				blocking.countDown();
				awaitUninterrupted(new CountDownLatch(1));
			}
		};
		EtcdClient client = newClient().build();
		client.watch(ownKeys()).open(listener).ready().join();
		put("a", "1");
		put("a", "2");
		awaitUninterrupted(blocking);
		long start = System.nanoTime();
		client.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(1500));
		assertThat(listener.closed()).succeedsWithin(SOON);
		assertThat(listener.batches()).hasSize(1);
	}

	@Test
	void executorOfTheApplicationMayRunOnTheSpot() {
		AtomicReference<Watch> own = new AtomicReference<>();
		RecordingListener listener = new RecordingListener() {
			@Override
			public void onBatch(WatchBatch batch) {
				super.onBatch(batch);
				if (batches().size() == 3) {
					own.get().close();
				}
			}
		};
		try (EtcdClient client = newClient().callbackExecutor(Runnable::run).build()) {
			own.set(client.watch(ownKeys()).bufferBytes(1024).open(listener));
			own.get().ready().join();
			for (int i = 0; i < 5; i++) {
				put("a", "x".repeat(2000));
			}
			assertThat(listener.closed()).succeedsWithin(SOON);
			assertThat(listener.batches()).hasSize(3);
		}
	}

	/** Ends also when the thread is interrupted, as when its client closes. */
	private static void awaitUninterrupted(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
