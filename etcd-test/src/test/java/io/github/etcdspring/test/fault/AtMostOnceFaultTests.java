/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.WithEtcd;
import io.github.etcdspring.test.history.History;
import io.github.etcdspring.test.history.HistoryChecker;
import io.github.etcdspring.test.history.Recorder;
import io.github.etcdspring.test.history.ServerHistory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Writes and reads under faults, of a few keys by several writers: each write is applied
 * at most once, what is reported as not applied is not in the history of the store, what
 * is reported as written is, and reads are linearizable.
 */
@WithEtcd
@Timeout(120)
class AtMostOnceFaultTests {

	private static final int WRITERS = 8;

	private static final int WRITES_BETWEEN_FAULTS = 500;

	private static final int KEYS = 10;

	@Test
	void killedMembersApplyNoWriteTwiceAndHideNone(EtcdBinary binary) throws InterruptedException {
		int unknown = check(binary, (server) -> {
			server.kill();
			server.start();
		});
		// The first member is killed with the writes of all writers on its connection.
		assertThat(unknown).isPositive();
	}

	@Test
	void stoppedMembersApplyNoWriteTwiceAndHideNone(EtcdBinary binary) throws InterruptedException {
		check(binary, EtcdServer::restart);
	}

	@Test
	void frozenMembersApplyNoWriteTwiceAndHideNone(EtcdBinary binary) throws InterruptedException {
		check(binary, (server) -> {
			server.freeze();
			// Longer than it takes to give the connection up.
			long end = System.nanoTime() + Duration.ofMillis(2500).toNanos();
			await().pollInterval(Duration.ofMillis(100)).until(() -> System.nanoTime() > end);
			server.thaw();
		});
	}

	private static int check(EtcdBinary binary, Fault fault) throws InterruptedException {
		History history = new History();
		AtomicInteger unknown = new AtomicInteger();
		try (EtcdCluster cluster = EtcdCluster.builder().size(3).binary(binary).start();
				EtcdClient client = EtcdClient.builder().endpoints(cluster.endpoints()).build()) {
			client.kv().put("/first", "").sync();
			AtomicBoolean stop = new AtomicBoolean();
			AtomicInteger written = new AtomicInteger();
			List<Thread> writers = new ArrayList<>();
			for (int i = 0; i < WRITERS; i++) {
				writers.add(startWriter(history.process("writer-" + i), i, client, written, unknown, stop));
			}
			for (int i = 0; i < 3; i++) {
				int goal = written.get() + WRITES_BETWEEN_FAULTS;
				await().atMost(Duration.ofSeconds(30)).until(() -> written.get() >= goal);
				fault.inflict(cluster.member(i));
			}
			stop.set(true);
			for (Thread writer : writers) {
				writer.join(Duration.ofSeconds(30).toMillis());
				assertThat(writer.isAlive()).isFalse();
			}
			ServerHistory truth = ServerHistory.read(client);
			assertThat(truth.lastRevision()).isGreaterThan(3 * WRITES_BETWEEN_FAULTS);
			new HistoryChecker(history, truth).assertNoViolations(Path.of("target", "histories"));
		}
		return unknown.get();
	}

	private static Thread startWriter(Recorder recorder, int number, EtcdClient client, AtomicInteger written,
			AtomicInteger unknown, AtomicBoolean stop) {
		Thread writer = new Thread(() -> {
			for (int i = 0; !stop.get(); i++) {
				String key = "/write/" + i % KEYS;
				String value = number + "-" + i;
				try {
					recorder.put(key, value).sync(client.kv().put(key, value).timeout(Duration.ofSeconds(4)));
					written.incrementAndGet();
					String other = "/write/" + (i + number) % KEYS;
					recorder.get(other).sync(client.kv().get(other).timeout(Duration.ofSeconds(4)));
				}
				catch (EtcdException ex) {
					if (ex.outcome() == Outcome.UNKNOWN) {
						unknown.incrementAndGet();
					}
				}
			}
		});
		writer.start();
		return writer;
	}

	@FunctionalInterface
	private interface Fault {

		void inflict(EtcdServer server);

	}

}
