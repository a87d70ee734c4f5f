/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.cache.Cache;
import io.github.etcdspring.client.cache.CacheListener;
import io.github.etcdspring.client.cache.CacheSnapshot;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A cache under all faults, with a writer that goes on and a history that is compacted
 * again and again: whole transactions, never older than before, and in the end the truth.
 */
@WithEtcd
@Timeout(900)
class CacheFaultTests {

	private static final KeyRange CACHED = KeyRange.prefix("/cached/");

	private static final int KEYS = 5;

	@Test
	void cacheIsWholeAndTrueThroughFaultsAndCompactions(EtcdBinary binary) throws Exception {
		long seed = FaultSettings.seed(CacheFaultTests.class);
		int rounds = FaultSettings.rounds(4, 40);
		try (RandomFaults faults = new RandomFaults(binary, seed);
				EtcdClient client = EtcdClient.builder().endpoints(faults.endpoints()).build();
				EtcdClient writing = EtcdClient.builder().endpoints(faults.cluster().endpoints()).build()) {
			AtomicLong written = new AtomicLong(write(writing, 0));
			Mirror mirror = new Mirror();
			AtomicBoolean stop = new AtomicBoolean();
			AtomicInteger reads = new AtomicInteger();
			try (Cache cache = client.cache(CACHED).listener(mirror).open()) {
				cache.atLeast(written.get()).sync();
				CompletableFuture<Void> writer = inThread("writer", () -> {
					for (int i = 1; !stop.get(); i++) {
						writeSomehow(writing, i, written);
					}
				});
				CompletableFuture<Void> reader = inThread("reader", () -> {
					long revision = 0;
					while (!stop.get()) {
						revision = assertWhole(cache.snapshot(), revision);
						reads.incrementAndGet();
					}
				});
				try {
					for (int round = 0; round < rounds; round++) {
						faults.cutOff(() -> {
							awaitWrites(written, 10);
							compact(writing, written.get());
							awaitWrites(written, 10);
						});
						faults.inflict();
						long due = written.get();
						assertThat(cache.atLeast(due).timeout(Duration.ofSeconds(30)).sync().revision())
							.as("seed %d, %s", seed, faults)
							.isGreaterThanOrEqualTo(due);
						CacheSnapshot newest = cache.linearizable().timeout(Duration.ofSeconds(30)).sync();
						assertThat(newest.keyValues()).as("seed %d, %s", seed, faults)
							.isEqualTo(writing.kv().get(CACHED).revision(newest.revision()).sync().keyValues());
					}
				}
				finally {
					stop.set(true);
				}
				writer.join();
				reader.join();
				List<KeyValue> truth = writing.kv().get(CACHED).sync().keyValues();
				await().atMost(Duration.ofSeconds(30))
					.untilAsserted(
							() -> assertThat(mirror.keyValues()).as("seed %d, %s", seed, faults).isEqualTo(truth));
				FaultSettings.say(CacheFaultTests.class,
						reads + " reads, last revision " + written + ", " + faults.count() + " faults, "
								+ mirror.disconnections + " disconnections, " + mirror.compactions + " compactions");
				assertThat(mirror.wrong()).as("seed %d, %s", seed, faults).isEmpty();
				assertThat(mirror.compactions.get()).as("seed %d, %s", seed, faults).isPositive();
				assertThat(reads.get()).isGreaterThan(rounds);
			}
		}
	}

	private static long assertWhole(CacheSnapshot snapshot, long notBefore) {
		assertThat(snapshot.revision()).isGreaterThanOrEqualTo(notBefore);
		assertThat(snapshot.keyValues()).hasSize(KEYS)
			.allSatisfy((each) -> assertThat(each.modRevision()).isLessThanOrEqualTo(snapshot.revision()))
			.extracting(KeyValue::value)
			.containsOnly(snapshot.keyValues().get(0).value());
		return snapshot.revision();
	}

	/** All keys have the same value, and one of them moves on. */
	private static long write(EtcdClient client, int i) {
		List<Op> ops = new ArrayList<>();
		for (int k = 1; k < KEYS; k++) {
			ops.add(Op.put("/cached/" + k, "" + i));
		}
		ops.add(Op.delete("/cached/moving-" + (i - 1)));
		ops.add(Op.put("/cached/moving-" + i, "" + i));
		return client.kv().txn().then(ops).timeout(Duration.ofSeconds(3)).sync().revision();
	}

	// What is not known to be written is written again, which changes nothing else.
	private static void writeSomehow(EtcdClient client, int i, AtomicLong written) {
		await().atMost(Duration.ofSeconds(60))
			.pollInterval(Duration.ofMillis(5))
			.ignoreExceptionsInstanceOf(EtcdException.class)
			.until(() -> {
				written.set(write(client, i));
				return true;
			});
	}

	private static void awaitWrites(AtomicLong written, int count) {
		long goal = written.get() + count;
		await().atMost(Duration.ofSeconds(60)).until(() -> written.get() >= goal);
	}

	private static void compact(EtcdClient client, long revision) {
		await().atMost(Duration.ofSeconds(60)).ignoreExceptionsInstanceOf(EtcdException.class).until(() -> {
			try {
				client.kv().compact(revision).timeout(Duration.ofSeconds(3)).sync();
			}
			catch (CompactedException ex) {
				// The attempt before was carried out.
			}
			return true;
		});
	}

	private static CompletableFuture<Void> inThread(String name, Runnable task) {
		return CompletableFuture.runAsync(task, (each) -> {
			Thread thread = new Thread(each, name);
			thread.setDaemon(true);
			thread.start();
		});
	}

	/**
	 * Has what it was told.
	 */
	private static final class Mirror implements CacheListener {

		private final SortedMap<Bytes, KeyValue> told = new TreeMap<>();

		private final List<String> wrong = new ArrayList<>();

		private final AtomicInteger disconnections = new AtomicInteger();

		private final AtomicInteger compactions = new AtomicInteger();

		@Override
		public synchronized void onPut(KeyValue now, @Nullable KeyValue before) {
			check(now, this.told.put(now.key(), now), before);
		}

		@Override
		public synchronized void onDelete(KeyValue before) {
			check(before, this.told.remove(before.key()), before);
		}

		private void check(KeyValue change, @Nullable KeyValue known, @Nullable KeyValue before) {
			if (!Objects.equals(known, before)) {
				this.wrong.add(change + ": before was " + before + ", known " + known);
			}
		}

		@Override
		public void onDisconnected(EtcdException cause) {
			this.disconnections.incrementAndGet();
			if (cause instanceof CompactedException) {
				this.compactions.incrementAndGet();
			}
		}

		synchronized List<String> wrong() {
			return List.copyOf(this.wrong);
		}

		synchronized List<KeyValue> keyValues() {
			return List.copyOf(this.told.values());
		}

	}

}
