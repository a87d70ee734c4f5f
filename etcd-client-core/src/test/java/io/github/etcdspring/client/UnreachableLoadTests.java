/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.transport.ReservedPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a client costs its application while no server can be reached.
 */
class UnreachableLoadTests {

	private static final Duration OBSERVED = Duration.ofSeconds(10);

	private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

	@Test
	void watchesKeepalivesAndCallersThatFindNoServerTakeNextToNoProcessorTime() {
		String[] nowhere = IntStream.range(0, 3).mapToObj((i) -> ReservedPort.nobody()).toArray(String[]::new);
		List<Thread> callers = new ArrayList<>();
		try (EtcdClient client = EtcdClient.builder().endpoints(nowhere).build()) {
			for (int i = 0; i < 200; i++) {
				client.watch(KeyRange.prefix("/" + i)).maxRetries(-1).open((batch) -> {
				});
				client.leases().keepAlive(i + 1).maxRetries(-1).open();
			}
			for (int i = 0; i < 20; i++) {
				callers.add(new Thread(() -> callUntilClosed(client), "etcd-caller-" + i));
			}
			callers.forEach(Thread::start);
			// The code is compiled meanwhile.
			await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
			long cpuBefore = cpuNanos();
			long before = System.nanoTime();
			await().pollDelay(OBSERVED).atMost(OBSERVED.multipliedBy(2)).until(() -> true);
			double share = (double) (cpuNanos() - cpuBefore) / (System.nanoTime() - before);
			assertThat(share).as("of one core").isPositive().isLessThan(0.05);
		}
		await().untilAsserted(() -> assertThat(callers).noneMatch(Thread::isAlive));
	}

	private static void callUntilClosed(EtcdClient client) {
		while (true) {
			try {
				client.kv().get("k").sync();
			}
			catch (ClientClosedException ex) {
				return;
			}
			catch (EtcdException ex) {
				// Once more.
			}
		}
	}

	private long cpuNanos() {
		return Arrays.stream(this.threads.getThreadInfo(this.threads.getAllThreadIds()))
			.filter(Objects::nonNull)
			.filter((thread) -> thread.getThreadName().startsWith("etcd-")
					|| thread.getThreadName().startsWith("grpc-"))
			.mapToLong(ThreadInfo::getThreadId)
			.map((id) -> Math.max(0, this.threads.getThreadCpuTime(id)))
			.sum();
	}

}
