/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchListener;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.Fault;
import io.github.etcdspring.test.FaultProxy;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How soon watches are back after an outage of all members, and that those with few
 * retries end.
 */
@WithEtcd
@Timeout(900)
class WatchOutageFaultTests {

	private static final String KEY = "/outage";

	private static final Duration BOUND = Duration.ofSeconds(2);

	@Test
	void tenThousandWatchesAreBackWithinTwoSeconds(EtcdBinary binary) {
		int count = 10_000;
		List<Long> times = new ArrayList<>();
		try (EtcdServer server = EtcdServer.builder().binary(binary).start();
				FaultProxy proxy = FaultProxy.to(server.endpoint());
				EtcdClient client = EtcdClient.builder().endpoints(proxy.endpoint()).build();
				EtcdClient writing = EtcdClient.builder().endpoints(server.endpoint()).build()) {
			List<Counting> listeners = new ArrayList<>();
			List<Watch> watches = new ArrayList<>();
			long begin = System.nanoTime();
			for (int i = 0; i < count; i++) {
				listeners.add(new Counting());
				watches.add(client.watch(KeyRange.key(KEY)).maxRetries(-1).open(listeners.get(i)));
			}
			watches.forEach((watch) -> watch.ready().join());
			Duration opening = Duration.ofNanos(System.nanoTime() - begin);
			int rounds = FaultSettings.rounds(3, 5);
			for (int round = 1; round <= rounds; round++) {
				proxy.refuse();
				proxy.cut();
				int outages = round;
				await().atMost(Duration.ofSeconds(30))
					.until(() -> listeners.stream().allMatch((listener) -> listener.disconnections.get() >= outages));
				writing.kv().put(KEY, "during " + round).sync();
				pause(Duration.ofSeconds(3));
				long heal = System.nanoTime();
				proxy.heal();
				long last = writing.kv().put(KEY, "after " + round).sync().revision();
				await().atMost(Duration.ofSeconds(60))
					.pollInterval(Duration.ofMillis(20))
					.until(() -> listeners.stream().allMatch((listener) -> listener.last.get() >= last));
				times.add(Duration.ofNanos(System.nanoTime() - heal).toMillis());
			}
			FaultSettings.say(WatchOutageFaultTests.class,
					count + " watches were opened in " + opening.toMillis() + " ms, and back after ms " + times);
			assertThat(listeners).allSatisfy((listener) -> assertThat(listener.batches).hasValue(2 * rounds));
			// A machine that is busy needs longer for both; a second is the pause between
			// two
			// dials.
			Duration bound = Collections.max(List.of(BOUND, opening.multipliedBy(2).plusSeconds(1)));
			assertThat(times.stream().sorted().toList().get(times.size() / 2))
				.isLessThan(FaultSettings.within(bound).toMillis());
		}
	}

	@Test
	void watchIsBackWithinTwoSecondsOfALongOutage(EtcdBinary binary) throws Exception {
		// A watch alone on its connection notices silence by pings, after up to 15
		// seconds.
		Duration outage = FaultSettings.time(20, 90);
		ExecutorService outages = Executors.newFixedThreadPool(3);
		try {
			// Refused, a black hole, and down.
			List<Future<Long>> times = List.of(outages.submit(() -> back(binary, outage, (server, proxy) -> {
				proxy.refuse();
				proxy.cut();
			}, (server, proxy) -> proxy.heal())),
					outages.submit(() -> back(binary, outage, (server, proxy) -> proxy.inflict(Fault.stall()),
							(server, proxy) -> proxy.heal())),
					outages.submit(() -> back(binary, outage, (server, proxy) -> server.kill(),
							(server, proxy) -> server.start())));
			List<Long> millis = new ArrayList<>();
			for (Future<Long> time : times) {
				millis.add(join(time));
			}
			FaultSettings.say(WatchOutageFaultTests.class, "back after " + outage + " of refused connections, of "
					+ "silence and without the member: " + millis + " ms");
			assertThat(millis)
				.allSatisfy((time) -> assertThat(time).isLessThan(FaultSettings.within(BOUND).toMillis()));
		}
		finally {
			outages.shutdownNow();
		}
	}

	private static long join(Future<Long> time) throws InterruptedException {
		try {
			return time.get();
		}
		catch (ExecutionException ex) {
			throw new AssertionError(ex.getCause());
		}
	}

	private static long back(EtcdBinary binary, Duration outage, Deed harm, Deed repair) {
		try (EtcdServer server = EtcdServer.builder().binary(binary).start();
				FaultProxy proxy = FaultProxy.to(server.endpoint());
				EtcdClient client = EtcdClient.builder().endpoints(proxy.endpoint()).build();
				EtcdClient writing = EtcdClient.builder().endpoints(server.endpoint()).build()) {
			Counting listener = new Counting();
			client.watch(KeyRange.key(KEY)).maxRetries(-1).open(listener).ready().join();
			long begin = System.nanoTime();
			harm.to(server, proxy);
			pause(outage);
			assertThat(listener.disconnections).hasPositiveValue();
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(outage);
			// A member is back when it serves.
			repair.to(server, proxy);
			long heal = System.nanoTime();
			long revision = writing.kv().put(KEY, "after").sync().revision();
			await().atMost(Duration.ofSeconds(60))
				.pollInterval(Duration.ofMillis(10))
				.until(() -> listener.last.get() >= revision);
			assertThat(listener.batches).hasValue(1);
			return Duration.ofNanos(System.nanoTime() - heal).toMillis();
		}
	}

	@Test
	void watchWithTheDefaultRetriesEndsWithItsErrorAndTheNextRevision(EtcdBinary binary) {
		try (EtcdServer server = EtcdServer.builder().binary(binary).start();
				FaultProxy proxy = FaultProxy.to(server.endpoint());
				EtcdClient client = EtcdClient.builder()
					.endpoints(proxy.endpoint())
					.connectTimeout(Duration.ofSeconds(1))
					.build();
				EtcdClient writing = EtcdClient.builder().endpoints(server.endpoint()).build()) {
			Counting listener = new Counting();
			client.watch(KeyRange.key(KEY)).open(listener).ready().join();
			long revision = writing.kv().put(KEY, "before").sync().revision();
			await().until(() -> listener.last.get() == revision);
			proxy.refuse();
			proxy.cut();
			await().atMost(Duration.ofSeconds(60)).until(() -> listener.closed != null);
			assertThat(listener.closed.nextRevision()).isEqualTo(revision + 1);
			assertThat(listener.closed.cause()).isNotNull()
				.satisfies((cause) -> assertThat(cause.isRetryable()).isTrue())
				.hasMessageContaining(proxy.endpoint());
			proxy.heal();
			writing.kv().put(KEY, "missed").sync();
			// Where it ended another goes on.
			Counting next = new Counting();
			client.watch(KeyRange.key(KEY)).fromRevision(listener.closed.nextRevision()).open(next);
			await().atMost(Duration.ofSeconds(10)).until(() -> next.last.get() == revision + 1);
			assertThat(next.batches).hasValue(1);
			assertThat(listener.batches).hasValue(1);
		}
	}

	private static void pause(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		await().atMost(time.plusSeconds(10))
			.pollInterval(Duration.ofMillis(50))
			.until(() -> System.nanoTime() - end > 0);
	}

	/** What is done to a server and the way to it. */
	@FunctionalInterface
	private interface Deed {

		void to(EtcdServer server, FaultProxy proxy);

	}

	/** Counts what it is told. */
	private static final class Counting implements WatchListener {

		private final AtomicInteger batches = new AtomicInteger();

		private final AtomicInteger disconnections = new AtomicInteger();

		private final AtomicLong last = new AtomicLong();

		private volatile WatchClosed closed;

		@Override
		public void onBatch(WatchBatch batch) {
			this.batches.incrementAndGet();
			this.last.set(batch.revision());
		}

		@Override
		public void onDisconnected(EtcdException cause) {
			this.disconnections.incrementAndGet();
		}

		@Override
		public void onClosed(WatchClosed closed) {
			this.closed = closed;
		}

	}

}
