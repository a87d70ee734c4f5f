/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Many watches at a time.
 */
@Timeout(120)
abstract class WatchManyConformance extends Conformance {

	private static final System.Logger logger = System.getLogger(WatchManyConformance.class.getName());

	@Test
	void watchFromNowBeginsExactlyWhereItSaysWhateverIsWritten() {
		SortedMap<Long, String> written = new ConcurrentSkipListMap<>();
		AtomicBoolean stop = new AtomicBoolean();
		AtomicInteger started = new AtomicInteger();
		List<CompletableFuture<Void>> writers = new ArrayList<>();
		List<Watch> watches = new ArrayList<>();
		List<RecordingListener> listeners = new ArrayList<>();
		try (EtcdClient client = newClient().build()) {
			for (int writer = 0; writer < 8; writer++) {
				String name = "w" + writer;
				writers.add(CompletableFuture.runAsync(() -> {
					started.incrementAndGet();
					for (int i = 0; !stop.get(); i++) {
						written.put(put(name, name + "-" + i), name + "=" + name + "-" + i);
					}
				}, (task) -> new Thread(task).start()));
			}
			await().until(() -> started.get() == 8 && written.size() > 50);
			for (int i = 0; i < 200; i++) {
				listeners.add(new RecordingListener());
				watches.add(client.watch(ownKeys()).open(listeners.get(i)));
				if (i % 10 == 0) {
					watches.get(i).ready().join();
				}
			}
			watches.forEach((watch) -> watch.ready().join());
			int goal = written.size() + 200;
			await().until(() -> written.size() >= goal);
			stop.set(true);
			writers.forEach(CompletableFuture::join);
			long last = written.lastKey();
			await().until(() -> watches.stream().allMatch((watch) -> watch.nextRevision() > last));
			for (int i = 0; i < watches.size(); i++) {
				RecordingListener listener = listeners.get(i);
				Watch watch = watches.get(i);
				List<Long> expected = List.copyOf(new TreeMap<>(written.tailMap(watch.ready().join())).keySet());
				// The last one may still be in its handling.
				await().pollDelay(Duration.ZERO).until(() -> listener.batches().size() >= expected.size());
				assertThat(listener.batches()).extracting(WatchBatch::revision).isEqualTo(expected);
				assertThat(listener.described(this.prefix)).isEqualTo(
						written.tailMap(watch.ready().join()).values().stream().map((text) -> "PUT " + text).toList());
			}
		}
		finally {
			stop.set(true);
		}
	}

	@Test
	void thousandWatchesShareAStreamAndEachSeesItsKey() {
		assertManyWork(1000);
	}

	@Test
	void tenThousandWatchesOpenedAtOnceWork() {
		assertManyWork(10_000);
	}

	private void assertManyWork(int count) {
		AtomicInteger events = new AtomicInteger();
		AtomicInteger wrong = new AtomicInteger();
		AtomicInteger closed = new AtomicInteger();
		try (EtcdClient client = newClient().build()) {
			List<Watch> watches = new ArrayList<>();
			long start = System.nanoTime();
			for (int i = 0; i < count; i++) {
				String key = key("k" + i);
				watches.add(client.watch(KeyRange.key(key)).open(new RecordingListener() {
					@Override
					public void onBatch(WatchBatch batch) {
						if (!batch.events().get(0).keyValue().keyAsUtf8().equals(key)) {
							wrong.incrementAndGet();
						}
						events.incrementAndGet();
					}

					@Override
					public void onClosed(io.github.etcdspring.client.watch.WatchClosed how) {
						closed.incrementAndGet();
					}
				}));
			}
			watches.forEach((watch) -> watch.ready().join());
			long ready = System.nanoTime();
			logger.log(System.Logger.Level.INFO, count + " watches were ready after " + (ready - start) / 1_000_000
					+ " ms, " + Thread.activeCount() + " threads");
			List<CompletableFuture<?>> puts = new ArrayList<>();
			for (int i = 0; i < count; i += 10) {
				puts.add(this.kv.put(key("k" + i), "1").async());
			}
			puts.forEach((put) -> assertThat(put).succeedsWithin(SOON));
			await().atMost(SOON).until(() -> events.get() >= count / 10);
			watches.get(0).close();
			long first = put("k0", "2");
			put("k10", "2");
			await().until(() -> watches.get(10).nextRevision() > first);
			assertThat(events).hasValue(count / 10 + 1);
			assertThat(wrong).hasValue(0);
		}
		await().atMost(SOON).until(() -> closed.get() == count);
	}

	@Test
	void oneChangeReachesThousandsOfWatchesWithoutAThreadForEach() {
		int count = 2000;
		AtomicInteger events = new AtomicInteger();
		try (EtcdClient client = newClient().build()) {
			List<Watch> watches = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				watches.add(client.watch(ownKeys()).open((batch) -> events.incrementAndGet()));
			}
			watches.forEach((watch) -> watch.ready().join());
			ThreadMXBean threads = ManagementFactory.getThreadMXBean();
			threads.resetPeakThreadCount();
			for (int i = 0; i < 5; i++) {
				put("a", String.valueOf(i));
			}
			await().atMost(SOON).until(() -> events.get() == 5 * count);
			logger.log(System.Logger.Level.INFO, "At most " + threads.getPeakThreadCount() + " threads");
			assertThat(threads.getPeakThreadCount()).isLessThan(count / 4);
		}
	}

}
