/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchListener;
import io.github.etcdspring.client.watch.WatchRequest;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.FaultProxy;
import io.github.etcdspring.test.WithEtcd;
import io.github.etcdspring.test.history.History;
import io.github.etcdspring.test.history.HistoryChecker;
import io.github.etcdspring.test.history.Recorder;
import io.github.etcdspring.test.history.ServerHistory;
import io.github.etcdspring.test.history.WatchRecorder;
import io.github.etcdspring.test.history.Write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Watches while members are killed and frozen, and connections cut: each revision once,
 * in order, whole, with the states before, and without gaps. {@code -Dfault.rounds=20}
 * makes it longer, {@code -Dfault.seed=...} repeats it.
 */
@WithEtcd
@Timeout(300)
class WatchFaultTests {

	private static final int WATCHES = 50;

	private static final KeyRange WATCHED = KeyRange.prefix("/w/");

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
			History history = new History();
			List<WatchRecorder> recorders = new ArrayList<>();
			List<Watch> watches = new ArrayList<>();
			for (int i = 0; i < WATCHES; i++) {
				WatchRequest request = client.watch(WATCHED).fromRevision(first).maxRetries(-1);
				WatchRecorder recorder = history.watch("watch-" + i, WATCHED, first).then(slow(random.nextInt(4)));
				recorders.add(recorder);
				if (i % 3 == 0) {
					request.previousValues();
					recorder.previousValues();
				}
				// Some are slow, and some have a stream of their own.
				request.bufferBytes((i % 5 == 0) ? 4096 : 4 * 1024 * 1024);
				watches.add(((i % 10 == 0) ? request.progress() : request).open(recorder));
			}
			AtomicBoolean stop = new AtomicBoolean();
			AtomicInteger written = new AtomicInteger();
			Thread writer = new Thread(() -> write(writing, history.process("writer"), written, stop));
			writer.start();
			for (int round = 0; round < ROUNDS; round++) {
				int goal = written.get() + 100;
				await().atMost(Duration.ofSeconds(60)).until(() -> written.get() >= goal);
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
				.untilAsserted(() -> assertThat(recorders).as(about)
					.allSatisfy((recorder) -> assertThat(recorder.lastRevision()).as("ended: %s", recorder.closed())
						.isGreaterThanOrEqualTo(last)));
			watches.forEach(Watch::close);
			assertThat(recorders).as(about)
				.allSatisfy((recorder) -> assertThat(recorder.closed()).succeedsWithin(Duration.ofSeconds(10))
					.satisfies((closed) -> assertThat(closed.cause()).isNull()));
			assertThat(written).as(about).hasValueGreaterThanOrEqualTo(100 * ROUNDS);
			ServerHistory truth = ServerHistory.read(writing);
			assertThat(truth.changes(last)).as(about).hasSize(1);
			new HistoryChecker(history, truth).assertNoViolations(Path.of("target", "histories"));
			assertThat(recorders).as("faults were noticed: %s", about)
				.anyMatch((recorder) -> recorder.disconnections() > 0);
		}
	}

	private static void write(EtcdClient client, Recorder recorder, AtomicInteger written, AtomicBoolean stop) {
		for (int i = 0; !stop.get(); i++) {
			List<Write> writes = new ArrayList<>();
			List<Op> ops = new ArrayList<>();
			for (int k = 0; k < 1 + i % 5; k++) {
				String key = "/w/" + k;
				boolean deleted = (i + k) % 7 == 0;
				writes.add(deleted ? Write.delete(key) : Write.put(key, "" + i));
				ops.add(deleted ? Op.delete(key) : Op.put(key, "" + i));
			}
			try {
				recorder.txn(writes).sync(client.kv().txn().then(ops).timeout(Duration.ofSeconds(3)));
				written.incrementAndGet();
			}
			catch (EtcdException ex) {
				// It may have been written; the history knows.
			}
		}
	}

	private static WatchListener slow(int slowness) {
		return (batch) -> {
			for (int i = 0; i < slowness * 100; i++) {
				Thread.onSpinWait();
			}
		};
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
				History history = new History();
				WatchRecorder recorder = history.watch("before", KeyRange.prefix("/c/"), start);
				client.watch(KeyRange.prefix("/c/")).fromRevision(start).maxRetries(-1).open(recorder);
				await().until(() -> recorder.lastRevision() == start);
				member.kill();
				long revision = 0;
				for (int i = 0; i < 10; i++) {
					revision = putSomehow(writing, "/c/a");
				}
				writing.kv().compact(revision).sync();
				history.compacted(revision);
				member.start();
				long expected = revision;
				assertThat(recorder.closed()).succeedsWithin(Duration.ofSeconds(30)).satisfies((closed) -> {
					assertThat(closed.nextRevision()).isEqualTo(start + 1);
					assertThat(closed.cause()).isInstanceOfSatisfying(CompactedException.class,
							(cause) -> assertThat(cause.compactedRevision()).hasValue(expected));
				});
				WatchRecorder again = history.watch("after", KeyRange.prefix("/c/"), expected);
				try (Watch watch = client.watch(KeyRange.prefix("/c/")).fromRevision(expected).open(again)) {
					long next = putSomehow(writing, "/c/a");
					await().until(() -> again.lastRevision() >= next);
					assertThat(watch.ready()).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(expected);
				}
				// What is older than the compaction can be watched from it, but not read.
				ServerHistory truth = ServerHistory.readFrom(writing, expected + 1);
				assertThat(new HistoryChecker(history, truth).watches()).isEmpty();
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

}
