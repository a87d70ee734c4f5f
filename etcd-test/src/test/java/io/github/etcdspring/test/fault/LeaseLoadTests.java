/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.lease.KeepAliveListener;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What many leases cost in real time, and whether each is renewed when it is due.
 */
@WithEtcd(isolated = true)
@Timeout(300)
class LeaseLoadTests {

	private static final int LEASES = FaultSettings.rounds(2_000, 50_000);

	private static final Duration TTL = FaultSettings.time(6, 60);

	private static final Duration THIRD = TTL.dividedBy(3);

	/** Renewals after the first, which comes at once. */
	private static final int RENEWALS = 3;

	private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

	private final AtomicLongArray last = new AtomicLongArray(LEASES);

	private final AtomicLongArray renewals = new AtomicLongArray(LEASES);

	private final AtomicInteger early = new AtomicInteger();

	private final AtomicInteger late = new AtomicInteger();

	private final AtomicInteger doubts = new AtomicInteger();

	@Test
	void eachLeaseIsRenewedWhenItIsDue(EtcdServer server) {
		try (EtcdClient client = EtcdClient.builder().endpoints(server.endpoint()).build()) {
			long[] leases = grant(client);
			KeepAlive[] keeping = IntStream.range(0, LEASES)
				.mapToObj((i) -> client.leases().keepAlive(leases[i]).open(new Clock(i)))
				.toArray(KeepAlive[]::new);
			awaitRenewals(1);
			long cpu = cpuNanos();
			long begin = System.nanoTime();
			awaitRenewals(1 + RENEWALS);
			double share = (double) (cpuNanos() - cpu) / (System.nanoTime() - begin);
			FaultSettings.say(getClass(), "%d leases of %s: %d renewals early, %d late, %d doubts, %.1f %% of a core"
				.formatted(LEASES, TTL, this.early.get(), this.late.get(), this.doubts.get(), 100 * share));
			assertThat(Stream.of(keeping)).noneMatch((each) -> each.state().isLost());
			// A machine that stands still for a moment answers many of them late, but not
			// again and again.
			assertThat(this.late.get() + this.early.get()).isLessThan(LEASES * RENEWALS / 2);
		}
	}

	private static long[] grant(EtcdClient client) {
		Semaphore free = new Semaphore(256);
		CompletableFuture<?>[] granted = new CompletableFuture<?>[LEASES];
		long[] leases = new long[LEASES];
		for (int i = 0; i < LEASES; i++) {
			int number = i;
			free.acquireUninterruptibly();
			granted[i] = client.leases().grant(TTL).async().thenAccept((lease) -> {
				leases[number] = lease.id();
				free.release();
			});
		}
		CompletableFuture.allOf(granted).join();
		return leases;
	}

	private void awaitRenewals(int each) {
		await().atMost(TTL.multipliedBy(4))
			.until(() -> IntStream.range(0, LEASES).allMatch((i) -> this.renewals.get(i) >= each));
	}

	// Of the client's own threads, and of the network's.
	private long cpuNanos() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("etcd-") || thread.getName().startsWith("grpc-"))
			.mapToLong((thread) -> Math.max(0, this.threads.getThreadCpuTime(thread.getId())))
			.sum();
	}

	/**
	 * Sees how long after the renewal before a lease is renewed.
	 */
	private final class Clock implements KeepAliveListener {

		private final int number;

		Clock(int number) {
			this.number = number;
		}

		@Override
		public void onRenewed(Duration ttl) {
			LeaseLoadTests clocks = LeaseLoadTests.this;
			long now = System.nanoTime();
			long before = clocks.last.getAndSet(this.number, now);
			if (clocks.renewals.incrementAndGet(this.number) > 1) {
				Duration gap = Duration.ofNanos(now - before);
				if (gap.compareTo(THIRD.multipliedBy(9).dividedBy(10)) < 0) {
					clocks.early.incrementAndGet();
				}
				else if (gap.compareTo(THIRD.multipliedBy(11).dividedBy(10)) > 0) {
					clocks.late.incrementAndGet();
				}
			}
		}

		@Override
		public void onSuspect() {
			LeaseLoadTests.this.doubts.incrementAndGet();
		}

		@Override
		public void onLost(LeaseLoss loss) {
			LeaseLoadTests.this.doubts.incrementAndGet();
		}

	}

}
