/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.lease.GrantRequest;
import io.github.etcdspring.client.transport.EndpointStrategy;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.WithEtcd;
import io.github.etcdspring.test.history.History;
import io.github.etcdspring.test.history.HistoryChecker;
import io.github.etcdspring.test.history.Recorder;
import io.github.etcdspring.test.history.ServerHistory;
import io.github.etcdspring.test.history.Write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Every mutation under every fault: what is reported as not applied is not there, and
 * nothing is there twice. The long form makes a hundred thousand writes.
 */
@WithEtcd
@Timeout(1200)
class WriteFaultTests {

	private static final int WRITERS = 32;

	private static final int KEYS = 80;

	private static final Duration CALL_TIMEOUT = Duration.ofSeconds(4);

	/** None ends before the test does. */
	private static final Duration LEASE_TIME = Duration.ofHours(2);

	@Test
	void noWriteIsAppliedTwiceAndNoneThatWasReportedAsNotApplied(EtcdBinary binary) throws InterruptedException {
		long start = System.nanoTime();
		long seed = FaultSettings.seed(WriteFaultTests.class);
		int goal = FaultSettings.writes(2000, 100_000);
		long end = start + FaultSettings.time(17, 60).toNanos();
		History history = new History();
		Tally tally = new Tally();
		try (RandomFaults faults = new RandomFaults(binary, seed);
				EtcdClient one = EtcdClient.builder().endpoints(faults.endpoints()).build();
				EtcdClient spread = EtcdClient.builder()
					.endpoints(faults.endpoints())
					.endpointStrategy(EndpointStrategy.ROUND_ROBIN)
					.build()) {
			List<Thread> threads = new ArrayList<>();
			for (int i = 0; i < WRITERS; i++) {
				Writer writer = new Writer(i, (i % 2 == 0) ? one : spread, history.process("writer-" + i), tally,
						new Random(faults.random().nextLong()));
				threads.add(new Thread(writer, "writer-" + i));
			}
			threads.forEach(Thread::start);
			// The first fault of all is seen by everybody.
			tally.awaitMore(100);
			faults.inflict(RandomFaults.Kind.HALF_OPEN);
			while (System.nanoTime() - end < 0 || tally.written.get() < goal) {
				tally.awaitMore(50 + faults.random().nextInt(500));
				faults.inflict();
			}
			tally.stop.set(true);
			for (Thread thread : threads) {
				thread.join(Duration.ofSeconds(60).toMillis());
				assertThat(thread.isAlive()).as("%s still waits", thread.getName()).isFalse();
			}
			long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
			FaultSettings.say(WriteFaultTests.class,
					tally + " under " + faults.count() + " faults " + faults.counts() + " in " + seconds + " s");
			assertThat(tally.surprises).as("seed %d", seed).isEmpty();
			try (EtcdClient reading = EtcdClient.builder().endpoints(faults.cluster().member(0).endpoint()).build()) {
				ServerHistory truth = ServerHistory.read(reading);
				new HistoryChecker(history, truth).assertNoViolations(Path.of("target", "histories"));
				tally.assertLeases(new HashSet<>(reading.leases().list().sync().ids()));
			}
			assertThat(tally.written).hasValueGreaterThanOrEqualTo(goal);
			assertThat(tally.unknown).as("seed %d, faults were noticed: %s", seed, faults).hasPositiveValue();
		}
	}

	/** What became of all writes. */
	private static final class Tally {

		private final AtomicBoolean stop = new AtomicBoolean();

		private final AtomicInteger written = new AtomicInteger();

		private final AtomicInteger refused = new AtomicInteger();

		private final AtomicInteger notApplied = new AtomicInteger();

		private final AtomicInteger unknown = new AtomicInteger();

		private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();

		private final Queue<Long> granted = new ConcurrentLinkedQueue<>();

		private final Queue<Long> notGranted = new ConcurrentLinkedQueue<>();

		private final AtomicInteger perhapsGranted = new AtomicInteger();

		void failed(EtcdException ex) {
			((ex.outcome() == Outcome.UNKNOWN) ? this.unknown : this.notApplied).incrementAndGet();
		}

		void awaitMore(int writes) {
			int goal = this.written.get() + writes;
			await().atMost(Duration.ofSeconds(60))
				.pollInterval(Duration.ofMillis(20))
				.until(() -> this.written.get() >= goal || !this.surprises.isEmpty());
		}

		void assertLeases(Set<Long> there) {
			assertThat(this.granted).doesNotHaveDuplicates();
			assertThat(there).containsAll(this.granted)
				.hasSizeBetween(this.granted.size(), this.granted.size() + this.perhapsGranted.get());
			assertThat(this.notGranted).noneMatch(there::contains);
		}

		@Override
		public String toString() {
			return this.written + " writes, " + this.refused + " whose comparison failed, " + this.notApplied
					+ " not applied, " + this.unknown + " unknown, " + this.granted.size() + " leases";
		}

	}

	/** Makes writes of all kinds, one after the other. */
	private static final class Writer implements Runnable {

		private final int number;

		private final EtcdClient client;

		private final Recorder recorder;

		private final Tally tally;

		private final Random random;

		Writer(int number, EtcdClient client, Recorder recorder, Tally tally, Random random) {
			this.number = number;
			this.client = client;
			this.recorder = recorder;
			this.tally = tally;
			this.random = random;
		}

		@Override
		public void run() {
			for (int i = 0; !this.tally.stop.get(); i++) {
				try {
					write(key(), this.number + "-" + i, i);
				}
				catch (RuntimeException | Error ex) {
					this.tally.surprises.add(ex);
					return;
				}
			}
		}

		private String key() {
			return "/write/" + this.random.nextInt(KEYS);
		}

		private void write(String key, String value, int count) {
			switch (this.random.nextInt(10)) {
				case 0, 1 ->
					count(() -> this.recorder.delete(key).sync(this.client.kv().delete(key).timeout(CALL_TIMEOUT)));
				case 2, 3 -> compareAndSet(key, value);
				case 4 -> putSeveral(key, key + "/more", value);
				case 5 -> putWithLease(key, value, count);
				default -> count(() -> this.recorder.put(key, value)
					.sync(this.client.kv().put(key, value).timeout(CALL_TIMEOUT)));
			}
		}

		private void compareAndSet(String key, String value) {
			long revision;
			try {
				revision = this.recorder.get(key)
					.sync(this.client.kv().get(key).timeout(CALL_TIMEOUT))
					.first()
					.map((keyValue) -> keyValue.modRevision())
					.orElse(0L);
			}
			catch (EtcdException ex) {
				return;
			}
			count(() -> {
				boolean done = this.recorder.compareAndSet(key, revision, value)
					.sync(this.client.kv()
						.txn()
						.when(Compare.modRevision(key).isEqualTo(revision))
						.then(Op.put(key, value))
						.timeout(CALL_TIMEOUT))
					.succeeded();
				if (!done) {
					this.tally.refused.incrementAndGet();
					this.tally.written.decrementAndGet();
				}
			});
		}

		private void putSeveral(String key, String other, String value) {
			count(() -> this.recorder.txn(Write.put(key, value), Write.put(other, value))
				.sync(this.client.kv().txn().then(Op.put(key, value), Op.put(other, value)).timeout(CALL_TIMEOUT)));
		}

		private void putWithLease(String key, String value, int count) {
			// An id that nobody else has, or a random one.
			long id = this.random.nextBoolean() ? (this.number + 1) * 1_000_000L + count : 0;
			GrantRequest request = this.client.leases().grant(LEASE_TIME).timeout(CALL_TIMEOUT);
			long lease;
			try {
				lease = ((id != 0) ? request.id(id) : request).sync().id();
				this.tally.granted.add(lease);
				this.tally.written.incrementAndGet();
			}
			catch (EtcdException ex) {
				this.tally.failed(ex);
				if (ex.outcome() == Outcome.UNKNOWN) {
					this.tally.perhapsGranted.incrementAndGet();
				}
				else if (id != 0) {
					this.tally.notGranted.add(id);
				}
				return;
			}
			count(() -> this.recorder.put(key, value)
				.sync(this.client.kv().put(key, value).lease(lease).timeout(CALL_TIMEOUT)));
		}

		private void count(Runnable write) {
			try {
				write.run();
				this.tally.written.incrementAndGet();
			}
			catch (EtcdException ex) {
				this.tally.failed(ex);
			}
		}

	}

}
