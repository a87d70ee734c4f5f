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
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.transport.EndpointStrategy;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchListener;
import io.github.etcdspring.client.watch.WatchRequest;
import io.github.etcdspring.test.Direction;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.Fault;
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
 * Watches under all faults: each revision once, in order, whole, with the states before,
 * and without gaps.
 */
@WithEtcd
@Timeout(900)
class WatchFaultTests {

	private static final int WATCHES = 100;

	private static final KeyRange WATCHED = KeyRange.prefix("/w/");

	private static final int WRITES_AT_ONCE = 20;

	@Test
	void everyRevisionIsSeenOnceInOrderAndWhole(EtcdBinary binary) throws Exception {
		long begin = System.nanoTime();
		long seed = FaultSettings.seed(WatchFaultTests.class);
		int rounds = FaultSettings.rounds(6, 50);
		try (RandomFaults faults = new RandomFaults(binary, seed);
				EtcdClient client = EtcdClient.builder().endpoints(faults.endpoints()).build();
				EtcdClient other = EtcdClient.builder()
					.endpoints(faults.endpoints())
					.endpointStrategy(EndpointStrategy.ROUND_ROBIN)
					.build();
				EtcdClient writing = EtcdClient.builder().endpoints(faults.cluster().endpoints()).build()) {
			Random random = faults.random();
			long first = writing.kv().put("/first", "").sync().revision() + 1;
			History history = new History();
			List<WatchRecorder> recorders = new ArrayList<>();
			List<Watch> watches = new ArrayList<>();
			for (int i = 0; i < WATCHES; i++) {
				EtcdClient watching = (i % 4 != 3) ? client : other;
				WatchRequest request = watching.watch(WATCHED).fromRevision(first).maxRetries(-1);
				WatchRecorder recorder = history.watch("watch-" + i, WATCHED, first)
					.then(consumer(i, random.nextInt(4)));
				recorders.add(recorder);
				if (i % 3 == 0) {
					request.previousValues();
					recorder.previousValues();
				}
				// Some are slow, and some have a stream of their own.
				request.bufferBytes((i % 5 == 0) ? 4096 : 4 * 1024 * 1024);
				watches.add(((i % 10 == 0) ? request.progress() : request).open(recorder));
			}
			EtcdClient closing = EtcdClient.builder().endpoints(faults.endpoints()).build();
			WatchRecorder closer = history.watch("closer", WATCHED, first).then(closing(closing, 100));
			closing.watch(WATCHED).fromRevision(first).maxRetries(-1).open(closer);
			AtomicBoolean stop = new AtomicBoolean();
			AtomicInteger written = new AtomicInteger();
			Thread writer = new Thread(() -> write(writing, history.process("writer"), written, stop));
			writer.start();
			for (int round = 0; round < rounds; round++) {
				int goal = written.get() + 2 * WRITES_AT_ONCE;
				await().atMost(Duration.ofSeconds(60)).until(() -> written.get() >= goal);
				if (round == 0) {
					// At least the first is noticed.
					faults.cutOff(() -> await().atMost(Duration.ofSeconds(30))
						.until(() -> recorders.stream().anyMatch((recorder) -> recorder.disconnections() > 0)));
				}
				else {
					faults.inflict();
				}
			}
			stop.set(true);
			writer.join();
			long last = writing.kv().put("/w/last", "").sync().revision();
			String about = "seed " + seed + ", " + faults;
			await().atMost(Duration.ofSeconds(60))
				.untilAsserted(() -> assertThat(recorders).as(about)
					.allSatisfy((recorder) -> assertThat(recorder.lastRevision()).as("ended: %s", recorder.closed())
						.isGreaterThanOrEqualTo(last)));
			watches.forEach(Watch::close);
			assertThat(recorders).as(about)
				.allSatisfy((recorder) -> assertThat(recorder.closed()).succeedsWithin(Duration.ofSeconds(10))
					.satisfies((closed) -> assertThat(closed.cause()).isNull()));
			assertThat(closer.closed()).as(about)
				.succeedsWithin(Duration.ofSeconds(10))
				.satisfies((closed) -> assertThat(closed.nextRevision()).isGreaterThan(first));
			ServerHistory truth = ServerHistory.read(writing);
			int disconnections = recorders.stream().mapToInt(WatchRecorder::disconnections).sum();
			FaultSettings.say(WatchFaultTests.class,
					WATCHES + " watches, " + written + " writes, " + faults.count() + " faults " + faults.counts()
							+ ", disconnected " + disconnections + " times, "
							+ Duration.ofNanos(System.nanoTime() - begin).toSeconds() + " s");
			assertThat(truth.changes(last)).as(about).hasSize(1);
			new HistoryChecker(history, truth).assertNoViolations(Path.of("target", "histories"));
			assertThat(recorders).as("faults were noticed: %s", about)
				.anyMatch((recorder) -> recorder.disconnections() > 0);
		}
	}

	private static void write(EtcdClient client, Recorder recorder, AtomicInteger written, AtomicBoolean stop) {
		for (int i = 0; !stop.get(); i++) {
			if (i % WRITES_AT_ONCE == 0) {
				// What is told is told to a hundred, and kept.
				LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
			}
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

	private static WatchListener consumer(int number, int slowness) {
		AtomicInteger told = new AtomicInteger();
		return (batch) -> {
			int count = told.incrementAndGet();
			if (number % 20 == 1) {
				LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
			}
			if (number == 2 && (count == 50 || count == 100)) {
				throw new IllegalStateException("thrown by a consumer, which costs nobody anything");
			}
			for (int i = 0; i < slowness * 100; i++) {
				Thread.onSpinWait();
			}
		};
	}

	private static WatchListener closing(EtcdClient client, int batches) {
		AtomicInteger told = new AtomicInteger();
		return new WatchListener() {
			@Override
			public void onBatch(WatchBatch batch) {
				if (told.incrementAndGet() == batches) {
					client.close();
				}
			}

			@Override
			public void onClosed(WatchClosed closed) {
				// It was this one.
			}
		};
	}

	@Test
	void revisionWhoseFragmentsAreCutInTheMiddleIsToldOnceAndWhole(EtcdBinary binary) {
		long seed = FaultSettings.seed(WatchFaultTests.class);
		Random random = new Random(seed);
		int rounds = FaultSettings.rounds(4, 25);
		KeyRange range = KeyRange.prefix("/f/");
		try (EtcdCluster cluster = EtcdCluster.builder().size(3).binary(binary).start();
				FaultProxy proxy0 = FaultProxy.to(cluster.member(0).endpoint());
				FaultProxy proxy1 = FaultProxy.to(cluster.member(1).endpoint());
				EtcdClient client = EtcdClient.builder().endpoints(proxy0.endpoint(), proxy1.endpoint()).build();
				EtcdClient writing = EtcdClient.builder().endpoints(cluster.endpoints()).build()) {
			List<FaultProxy> proxies = List.of(proxy0, proxy1);
			// With the values before it is too much for one message.
			long first = putLarge(writing, 0);
			History history = new History();
			List<WatchRecorder> recorders = new ArrayList<>();
			for (int i = 0; i < 2; i++) {
				WatchRecorder recorder = history.watch("fragments-" + i, range, first + 1).previousValues();
				recorders.add(recorder);
				client.watch(range).fromRevision(first + 1).previousValues().maxRetries(-1).open(recorder);
			}
			int cut = 0;
			for (int round = 1; round <= rounds; round++) {
				// Within the first or the second telling, or the second attempt.
				int bytes = 1 + random.nextInt(5 * 1024 * 1024);
				long before = proxy0.accepted() + proxy1.accepted();
				proxies.forEach((proxy) -> proxy.inflictOnCurrent(Fault.cutAfter(Direction.TO_CLIENT, bytes)));
				if (round % 2 == 0) {
					int more = 1 + random.nextInt(3 * 1024 * 1024);
					proxies.forEach((proxy) -> proxy.inflictOnFuture(Fault.cutAfter(Direction.TO_CLIENT, more)));
				}
				long revision = putLarge(writing, round);
				int seen = round;
				// Who loses its stream again and again is given a pause of five seconds.
				await().atMost(Duration.ofSeconds(20))
					.until(() -> proxy0.accepted() + proxy1.accepted() > before
							|| recorders.stream().allMatch((recorder) -> recorder.lastRevision() >= revision));
				cut += (proxy0.accepted() + proxy1.accepted() > before) ? 1 : 0;
				proxies.forEach(FaultProxy::heal);
				await().atMost(Duration.ofSeconds(30))
					.untilAsserted(() -> assertThat(recorders).as("seed %d, round %d", seed, seen)
						.allSatisfy((recorder) -> assertThat(recorder.lastRevision()).as("ended: %s", recorder.closed())
							.isEqualTo(revision)));
			}
			FaultSettings.say(WatchFaultTests.class, cut + " of " + rounds + " revisions were cut in the middle");
			assertThat(cut).isPositive();
			new HistoryChecker(history, ServerHistory.read(writing)).assertNoViolations(Path.of("target", "histories"));
		}
	}

	private static long putLarge(EtcdClient client, int round) {
		List<Op> puts = new ArrayList<>();
		for (int i = 0; i < 24; i++) {
			puts.add(Op.put("/f/" + i, round + "x".repeat(50 * 1024)));
		}
		return client.kv().txn().then(puts).sync().revision();
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
