/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchListener;
import io.github.etcdspring.client.watch.WatchRequest;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.FaultProxy;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Watches while members are killed and frozen, and connections cut: each revision once,
 * in order, and every transaction whole. {@code -Dfault.rounds=20} makes it longer,
 * {@code -Dfault.seed=...} repeats it.
 */
@WithEtcd
@Timeout(300)
class WatchFaultTests {

	private static final int WATCHES = 50;

	private static final int ROUNDS = Integer.getInteger("fault.rounds", 6);

	private static final long SEED = Long.getLong("fault.seed", System.nanoTime());

	@Test
	void everyRevisionIsSeenOnceInOrderAndWhole(EtcdBinary binary) throws Exception {
		Random random = new Random(SEED);
		System.getLogger(WatchFaultTests.class.getName()).log(System.Logger.Level.INFO, "The seed is " + SEED);
		List<String> faults = new ArrayList<>();
		try (EtcdCluster cluster = EtcdCluster.builder().size(3).binary(binary).start();
				FaultProxy proxy0 = FaultProxy.to(cluster.member(0).endpoint());
				FaultProxy proxy1 = FaultProxy.to(cluster.member(1).endpoint());
				FaultProxy proxy2 = FaultProxy.to(cluster.member(2).endpoint());
				EtcdClient client = EtcdClient.builder()
					.endpoints(proxy0.endpoint(), proxy1.endpoint(), proxy2.endpoint())
					.build();
				EtcdClient writing = EtcdClient.builder().endpoints(cluster.endpoints()).build()) {
			long first = writing.kv().put("/first", "").sync().revision() + 1;
			List<History> histories = new ArrayList<>();
			List<Watch> watches = new ArrayList<>();
			for (int i = 0; i < WATCHES; i++) {
				History history = new History(random.nextInt(4));
				histories.add(history);
				WatchRequest request = client.watch(KeyRange.prefix("/w/")).fromRevision(first).maxRetries(-1);
				// Some are slow, and some have a stream of their own.
				request.bufferBytes((i % 5 == 0) ? 4096 : 4 * 1024 * 1024);
				watches.add(((i % 10 == 0) ? request.progress() : request).open(history));
			}
			AtomicBoolean stop = new AtomicBoolean();
			Map<Long, Integer> written = new ConcurrentHashMap<>();
			Thread writer = new Thread(() -> write(writing, written, stop));
			writer.start();
			for (int round = 0; round < ROUNDS; round++) {
				int goal = written.size() + 100;
				await().atMost(Duration.ofSeconds(60)).until(() -> written.size() >= goal);
				EtcdServer member = cluster.member(random.nextInt(3));
				// At least the first is noticed.
				switch ((round > 0) ? random.nextInt(3) : 2) {
					case 0 -> {
						faults.add("kill " + member.endpoint());
						member.kill();
						member.start();
					}
					case 1 -> {
						faults.add("freeze " + member.endpoint());
						freeze(member, Duration.ofMillis(500 + random.nextInt(3000)));
					}
					default -> {
						faults.add("cut");
						List.of(proxy0, proxy1, proxy2).forEach(FaultProxy::cut);
					}
				}
			}
			stop.set(true);
			writer.join();
			long last = writing.kv().put("/w/last", "").sync().revision();
			String about = "seed " + SEED + ", " + faults;
			await().atMost(Duration.ofSeconds(60))
				.untilAsserted(() -> assertThat(histories).as(about)
					.allSatisfy((history) -> assertThat(history.last()).as("%s", history.defects())
						.isGreaterThanOrEqualTo(last)));
			watches.forEach(Watch::close);
			Map<Long, String> longest = histories.get(0).batches();
			assertThat(longest).as(about).hasSizeGreaterThan(100 * ROUNDS);
			for (History history : histories) {
				assertThat(history.defects()).as(about).isEmpty();
				assertThat(history.batches()).as(about).isEqualTo(longest);
			}
			assertThat(longest.keySet()).as("what is known to be written: %s", about).containsAll(written.keySet());
			assertThat(longest).as(about).isEqualTo(replay(binary, cluster, first));
			assertThat(histories).as("faults were noticed: %s", about)
				.anyMatch((history) -> history.interruptions() > 0);
		}
	}

	/**
	 * Read once more, undisturbed, what the watches should have seen.
	 * @param binary the program of the cluster
	 * @param cluster the cluster
	 * @param first the first revision
	 * @return the batches
	 */
	private static Map<Long, String> replay(EtcdBinary binary, EtcdCluster cluster, long first) {
		try (EtcdClient client = EtcdClient.builder().endpoints(cluster.endpoints()).build()) {
			long last = client.kv().get("/w/last").sync().first().orElseThrow().modRevision();
			History history = new History(0);
			try (Watch watch = client.watch(KeyRange.prefix("/w/")).fromRevision(first).open(history)) {
				await().atMost(Duration.ofSeconds(30)).until(() -> history.last() >= last);
				assertThat(watch.nextRevision()).as("with %s", binary).isGreaterThan(last);
			}
			return history.batches();
		}
	}

	private static void write(EtcdClient client, Map<Long, Integer> written, AtomicBoolean stop) {
		for (int i = 0; !stop.get(); i++) {
			List<Op> puts = new ArrayList<>();
			// Transactions of one to five keys tell each how large they are.
			int size = 1 + i % 5;
			for (int k = 0; k < size; k++) {
				puts.add(Op.put("/w/" + k, i + "/" + size));
			}
			try {
				written.put(client.kv().txn().then(puts).timeout(Duration.ofSeconds(3)).sync().revision(), size);
			}
			catch (EtcdException ex) {
				// It may have been written; the watches know.
			}
		}
	}

	private static void freeze(EtcdServer member, Duration time) {
		member.freeze();
		long end = System.nanoTime() + time.toNanos();
		await().atMost(Duration.ofSeconds(10))
			.pollInterval(Duration.ofMillis(50))
			.until(() -> System.nanoTime() - end > 0);
		member.thaw();
	}

	@Test
	void compactionDuringAnOutageIsReported(EtcdBinary binary) {
		try (EtcdCluster cluster = EtcdCluster.builder().size(3).binary(binary).start();
				EtcdClient writing = EtcdClient.builder().endpoints(cluster.endpoints()).build()) {
			// The watching client knows only one member.
			EtcdServer member = cluster.member(0);
			try (EtcdClient client = EtcdClient.builder().endpoints(member.endpoint()).build()) {
				long start = writing.kv().put("/c/a", "0/1").sync().revision();
				CompletableFuture<WatchClosed> compacted = new CompletableFuture<>();
				History history = new History(0) {
					@Override
					public void onClosed(WatchClosed closed) {
						compacted.complete(closed);
					}
				};
				client.watch(KeyRange.prefix("/c/")).fromRevision(start).maxRetries(-1).open(history);
				await().until(() -> history.last() == start);
				member.kill();
				long revision = 0;
				for (int i = 0; i < 10; i++) {
					revision = putSomehow(writing, "/c/a");
				}
				writing.kv().compact(revision).sync();
				member.start();
				long expected = revision;
				assertThat(compacted).succeedsWithin(Duration.ofSeconds(30)).satisfies((closed) -> {
					assertThat(closed.nextRevision()).isEqualTo(start + 1);
					assertThat(closed.cause()).isInstanceOfSatisfying(CompactedException.class,
							(cause) -> assertThat(cause.compactedRevision()).hasValue(expected));
				});
				History again = new History(0);
				try (Watch watch = client.watch(KeyRange.prefix("/c/")).fromRevision(expected).open(again)) {
					await().until(() -> again.last() >= expected);
					assertThat(watch.ready()).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(expected);
				}
			}
		}
	}

	// While there is a new leader to find.
	private static long putSomehow(EtcdClient client, String key) {
		return await().atMost(Duration.ofSeconds(30))
			.ignoreExceptionsInstanceOf(EtcdException.class)
			.until(() -> client.kv().put(key, "x/1").timeout(Duration.ofSeconds(3)).sync().revision(),
					(revision) -> revision > 0);
	}

	/** What one watch saw, checked as it comes. */
	private static class History implements WatchListener {

		private final int slowness;

		private final Map<Long, String> batches = new TreeMap<>();

		private final List<String> defects = new ArrayList<>();

		private long last;

		private int interruptions;

		History(int slowness) {
			this.slowness = slowness;
		}

		@Override
		public synchronized void onBatch(WatchBatch batch) {
			if (batch.revision() <= this.last) {
				this.defects.add(batch.revision() + " after " + this.last);
			}
			this.last = batch.revision();
			String value = batch.events().get(0).keyValue().valueAsUtf8();
			int size = value.isEmpty() ? 1 : Integer.parseInt(value.substring(value.indexOf('/') + 1));
			if (batch.events().size() != size) {
				this.defects.add(batch.revision() + " has " + batch.events().size() + " of " + size);
			}
			this.batches.put(batch.revision(),
					batch.events()
						.stream()
						.map((event) -> event.keyValue().keyAsUtf8() + "=" + event.keyValue().valueAsUtf8())
						.collect(Collectors.joining(",")));
			for (int i = 0; i < this.slowness * 100; i++) {
				Thread.onSpinWait();
			}
		}

		@Override
		public synchronized void onProgress(long revision) {
			if (revision < this.last) {
				this.defects.add("progress " + revision + " after " + this.last);
			}
			this.last = revision;
		}

		@Override
		public synchronized void onDisconnected(EtcdException cause) {
			this.interruptions++;
		}

		@Override
		public void onClosed(WatchClosed closed) {
			synchronized (this) {
				if (closed.cause() != null) {
					this.defects.add("closed: " + closed.cause());
				}
			}
		}

		synchronized int interruptions() {
			return this.interruptions;
		}

		synchronized long last() {
			return this.last;
		}

		synchronized Map<Long, String> batches() {
			return new TreeMap<>(this.batches);
		}

		synchronized List<String> defects() {
			return List.copyOf(this.defects);
		}

	}

}
