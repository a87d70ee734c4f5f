/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Writes under faults: each is applied at most once, what is reported as not applied is
 * not in the store, and what is reported as written is. Every write has a key of its own,
 * so that a second application would show as its version.
 */
@WithEtcd
@Timeout(120)
class AtMostOnceFaultTests {

	private static final int WRITERS = 8;

	private static final int WRITES_BETWEEN_FAULTS = 500;

	@Test
	void killedMembersApplyNoWriteTwiceAndHideNone(EtcdBinary binary) throws InterruptedException {
		Map<String, String> history = check(binary, (server) -> {
			server.kill();
			server.start();
		});
		// The first member is killed with the writes of all writers on its connection.
		assertThat(history.values()).anyMatch((outcome) -> outcome.startsWith("unknown"));
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

	private static Map<String, String> check(EtcdBinary binary, Fault fault) throws InterruptedException {
		Map<String, String> history = new ConcurrentHashMap<>();
		try (EtcdCluster cluster = EtcdCluster.builder().size(3).binary(binary).start();
				EtcdClient client = EtcdClient.builder().endpoints(cluster.endpoints()).build()) {
			client.kv().put("/first", "").sync();
			AtomicBoolean stop = new AtomicBoolean();
			AtomicInteger written = new AtomicInteger();
			List<Thread> writers = new ArrayList<>();
			for (int i = 0; i < WRITERS; i++) {
				writers.add(startWriter("/write/" + i + "-", client, history, written, stop));
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
			compare(history, client);
		}
		return history;
	}

	private static Thread startWriter(String prefix, EtcdClient client, Map<String, String> history,
			AtomicInteger written, AtomicBoolean stop) {
		Thread writer = new Thread(() -> {
			for (int i = 0; !stop.get(); i++) {
				String key = prefix + i;
				try {
					client.kv().put(key, "").timeout(Duration.ofSeconds(4)).sync();
					history.put(key, "written");
					written.incrementAndGet();
				}
				catch (EtcdException ex) {
					history.put(key, (ex.outcome() == Outcome.NOT_APPLIED) ? "not applied: " + ex : "unknown: " + ex);
				}
			}
		});
		writer.start();
		return writer;
	}

	private static void compare(Map<String, String> history, EtcdClient client) {
		Map<String, Long> versions = new ConcurrentHashMap<>();
		client.kv()
			.get(KeyRange.prefix("/write/"))
			.pages(1000)
			.stream()
			.forEach((KeyValue found) -> versions.put(found.keyAsUtf8(), found.version()));
		assertThat(versions.values()).hasSizeGreaterThan(WRITES_BETWEEN_FAULTS).containsOnly(1L);
		history.forEach((key, outcome) -> {
			if (outcome.equals("written")) {
				assertThat(versions).as(outcome).containsKey(key);
			}
			else if (outcome.startsWith("not applied")) {
				assertThat(versions).as(outcome).doesNotContainKey(key);
			}
		});
	}

	@FunctionalInterface
	private interface Fault {

		void inflict(EtcdServer server);

	}

}
