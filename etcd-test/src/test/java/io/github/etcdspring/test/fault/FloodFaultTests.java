/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForkedJvm;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Far more events than a small heap holds, and a listener that handles none of them
 * before the last was made.
 */
@WithEtcd
@Timeout(900)
class FloodFaultTests {

	/** With small events a server takes long to divide them into messages. */
	private static final int AT_ONCE = 1000;

	private static final String PREFIX = "/flood/";

	@Test
	void floodPassesThroughASmallHeapAndNothingIsLost(EtcdBinary binary) throws Exception {
		int events = AT_ONCE * FaultSettings.rounds(25, 1000);
		try (EtcdServer server = EtcdServer.builder().binary(binary).arguments("--max-txn-ops=" + AT_ONCE).start();
				EtcdClient client = EtcdClient.builder().endpoints(server.endpoint()).build();
				ForkedJvm jvm = ForkedJvm.run(SlowConsumer.class, Map.of(), "-XX:+ExitOnOutOfMemoryError",
						"-Dendpoint=" + server.endpoint(), "-Dprefix=" + PREFIX, "-Devents=" + events)) {
			jvm.awaitLine("ready");
			long begin = System.nanoTime();
			long last = 0;
			for (int first = 0; first < events; first += AT_ONCE) {
				int next = first;
				Op[] puts = IntStream.range(0, AT_ONCE)
					.mapToObj((i) -> Op.put(PREFIX + "flood/" + i, String.format("%0200d", next + i)))
					.toArray(Op[]::new);
				last = client.kv().txn().then(puts).sync().revision();
			}
			Duration writing = Duration.ofNanos(System.nanoTime() - begin);
			client.kv().put(PREFIX + "over", "now").sync();
			assertThat(jvm.awaitLine("end ")).isEqualTo(events + " events to revision " + last);
			FaultSettings.say(FloodFaultTests.class, events + " events were written in " + writing
					+ " and handled after " + Duration.ofNanos(System.nanoTime() - begin));
			jvm.awaitEnd();
		}
	}

}
