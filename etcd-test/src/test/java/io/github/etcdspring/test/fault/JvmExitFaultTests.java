/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForkedJvm;
import io.github.etcdspring.test.TestPrefix;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Applications that end without closing their client.
 */
@WithEtcd(isolated = true)
@Timeout(120)
class JvmExitFaultTests {

	@Test
	void jvmEndsWithItsMainThoughItsClientIsNotClosed(EtcdServer server, EtcdClient observer, @TestPrefix String prefix)
			throws Exception {
		UnderWay.occupy(observer, prefix);
		ServerMetrics metrics = new ServerMetrics(server);
		await().until(() -> metrics.callsInFlight() == UnderWay.OCCUPYING_STREAMS);
		try (ForkedJvm jvm = ForkedJvm.run(NeverClosingClient.class, Map.of(), "-Dendpoint=" + server.endpoint(),
				"-Dprefix=" + prefix)) {
			long ends = Long.parseLong(jvm.awaitLine("under way "));
			assertThat(ends).isEqualTo(UnderWay.ENDS);
			CompletableFuture<Duration> ended = ended(jvm);
			assertThat(ended).succeedsWithin(Duration.ofSeconds(20));
			FaultSettings.say(JvmExitFaultTests.class, "the JVM ended after " + ended.join());
			await().untilAsserted(() -> assertThat(metrics.callsInFlight()).isEqualTo(UnderWay.OCCUPYING_STREAMS));
		}
	}

	private static CompletableFuture<Duration> ended(ForkedJvm jvm) {
		long begin = System.nanoTime();
		return CompletableFuture.supplyAsync(() -> {
			try {
				jvm.awaitEnd();
				return Duration.ofNanos(System.nanoTime() - begin);
			}
			catch (Exception ex) {
				throw new AssertionError(ex);
			}
		}, (task) -> new Thread(task).start());
	}

}
