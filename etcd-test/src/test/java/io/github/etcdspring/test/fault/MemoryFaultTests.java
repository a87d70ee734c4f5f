/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.cache.Cache;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Session;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchListener;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.FaultProxy;
import io.github.etcdspring.test.TestPrefix;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Threads, heap and direct memory after many clients, and after many connections of one.
 */
@WithEtcd(isolated = true)
@Timeout(3600)
class MemoryFaultTests {

	private static final long MIB = 1024 * 1024;

	/** Less than 20 KiB for each of 200 rounds; a client that is held on to has more. */
	private static final long HEAP_BOUND = 3 * MIB;

	/** The unit in which the pool of buffers grows, for each of its few parts. */
	private static final long DIRECT_BOUND = 8 * MIB;

	private static final int THREADS_BOUND = 4;

	private static final Duration TTL = Duration.ofSeconds(60);

	private static void assertFlat(String what, MemoryUse before, MemoryUse after) {
		FaultSettings.say(MemoryFaultTests.class, what + ": before " + before + "; after " + after);
		assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + THREADS_BOUND);
		assertThat(after.heap()).isLessThan(before.heap() + HEAP_BOUND);
		assertThat(after.direct()).isLessThan(before.direct() + DIRECT_BOUND);
	}

	@Test
	void twoHundredClientsLeaveNothing(EtcdServer server, @TestPrefix String prefix) {
		int rounds = FaultSettings.rounds(200, 1000);
		openUseClose(server, prefix, rounds / 4);
		await().until(() -> ClientThreads.now().isEmpty());
		MemoryUse before = MemoryUse.now();
		openUseClose(server, prefix, rounds);
		await().until(() -> ClientThreads.now().isEmpty());
		assertFlat(rounds + " clients", before, MemoryUse.now());
		await().until(() -> new ServerMetrics(server).callsInFlight() == 0);
	}

	private static void openUseClose(EtcdServer server, String prefix, int rounds) {
		for (int round = 0; round < rounds; round++) {
			try (EtcdClient client = EtcdClient.builder().endpoints(server.endpoint()).build()) {
				CompletableFuture<Void> told = new CompletableFuture<>();
				Watch watch = client.watch(KeyRange.prefix(prefix)).open((batch) -> told.complete(null));
				CompletableFuture<Session> opening = client.session(TTL).async();
				Cache cache = client.cache(KeyRange.prefix(prefix)).open();
				watch.ready().join();
				client.kv().put(prefix + "a", "1").sync();
				client.kv().get(prefix + "a").sync();
				Session session = opening.join();
				HeldLock lock = session.lock(prefix + "lock").acquire().sync();
				assertThat(lock.isHeld()).isTrue();
				cache.ready().join();
				told.join();
			}
		}
	}

	@Test
	void thousandsOfConnectionsLeaveNothing(EtcdServer server, @TestPrefix String prefix) {
		// One a second for an hour, but as fast as calls work again.
		int cuts = FaultSettings.rounds(150, 3600);
		try (FaultProxy proxy = FaultProxy.to(server.endpoint());
				EtcdClient client = EtcdClient.builder().endpoints(proxy.endpoint()).build()) {
			AtomicInteger resumed = new AtomicInteger();
			Watch watch = client.watch(KeyRange.prefix(prefix)).maxRetries(-1).open(new Resumed(resumed));
			Session session = client.session(TTL).sync();
			KeepAlive keepAlive = client.leases()
				.keepAlive(client.leases().grant(TTL).sync().id())
				.maxRetries(-1)
				.open();
			Cache cache = client.cache(KeyRange.prefix(prefix)).open();
			cut(proxy, client, prefix, cuts / 4);
			MemoryUse before = MemoryUse.now();
			cut(proxy, client, prefix, cuts);
			await().atMost(Duration.ofSeconds(20)).until(cache::isConnected);
			assertFlat(cuts + " cuts, " + resumed + " resumed streams", before, MemoryUse.now());
			assertThat(resumed).hasPositiveValue();
			assertThat(session.state().isLost()).isFalse();
			assertThat(keepAlive.state().isLost()).isFalse();
			long last = client.kv().put(prefix + "a", "last").sync().revision();
			await().atMost(Duration.ofSeconds(20)).until(() -> watch.nextRevision() == last + 1);
			await().until(() -> new ServerMetrics(server).watches() == 2);
		}
	}

	private static void cut(FaultProxy proxy, EtcdClient client, String prefix, int cuts) {
		for (int i = 0; i < cuts; i++) {
			proxy.cut();
			client.kv().get(prefix + "a").sync();
		}
		client.kv().put(prefix + "a", "1").sync();
	}

	private static final class Resumed implements WatchListener {

		private final AtomicInteger resumed;

		Resumed(AtomicInteger resumed) {
			this.resumed = resumed;
		}

		@Override
		public void onBatch(WatchBatch batch) {
			// Its revision is what counts.
		}

		@Override
		public void onDisconnected(EtcdException cause) {
			// That is what is done here.
		}

		@Override
		public void onResumed() {
			this.resumed.incrementAndGet();
		}

	}

}
