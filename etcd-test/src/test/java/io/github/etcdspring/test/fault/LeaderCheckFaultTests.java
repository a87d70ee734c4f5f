/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.SinceEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Members that say by themselves that they should be left. The other endpoint is that of
 * a server of its own, with other data, so that a stale read tells where it went: a
 * member without a leader answers it.
 */
@ForEachEtcd(embedded = false)
class LeaderCheckFaultTests {

	private static final String KEY = "/who";

	private EtcdServer other;

	@BeforeEach
	void startOther(EtcdBinary binary) {
		this.other = EtcdServer.builder().binary(binary).start();
		name(this.other, "other");
	}

	@AfterEach
	void stopOther() {
		this.other.close();
	}

	private static void name(EtcdServer server, String name) {
		try (EtcdClient client = EtcdClient.builder().endpoints(server.endpoint()).build()) {
			client.kv().put(KEY, name).sync();
		}
	}

	private EtcdClient.Builder client(EtcdServer first) {
		return EtcdClient.builder().endpoints(first.endpoint(), this.other.endpoint());
	}

	private static String whoAnswers(EtcdClient client) {
		return client.kv().get(KEY).serializable().sync().first().orElseThrow().valueAsUtf8();
	}

	/** Use the client until its member is asked for sure. */
	private static void use(EtcdClient client) {
		long begin = System.nanoTime();
		await().pollInterval(Duration.ofMillis(100)).until(() -> {
			assertThat(whoAnswers(client)).isEqualTo("first");
			return since(begin).compareTo(Duration.ofSeconds(3)) > 0;
		});
	}

	private static Duration since(long begin) {
		return Duration.ofNanos(System.nanoTime() - begin);
	}

	private static Duration leaving(EtcdClient client, long begin) {
		await().atMost(Duration.ofSeconds(20))
			.pollInterval(Duration.ofMillis(50))
			.until(() -> whoAnswers(client).equals("other"));
		return since(begin);
	}

	@Test
	void memberThatLosesItsMajorityIsLeftThoughNoCallFails(EtcdBinary binary) {
		try (EtcdCluster cluster = EtcdCluster.builder().size(3).binary(binary).start()) {
			EtcdServer member = cluster.member(0);
			name(member, "first");
			try (EtcdClient client = client(member).build();
					EtcdClient without = client(member).leaderCheck(false).build()) {
				use(client);
				assertThat(whoAnswers(without)).isEqualTo("first");
				cluster.member(1).freeze();
				cluster.member(2).freeze();
				try {
					// Three election timeouts, and what the server takes to notice.
					assertThat(leaving(client, System.nanoTime())).isBetween(Duration.ofSeconds(2),
							FaultSettings.within(Duration.ofSeconds(8)));
					assertThat(whoAnswers(without)).as("without the check").isEqualTo("first");
				}
				finally {
					cluster.member(1).thaw();
					cluster.member(2).thaw();
				}
				this.other.kill();
				await().untilAsserted(() -> assertThat(whoAnswers(client)).isEqualTo("first"));
			}
		}
	}

	@Test
	@SinceEtcd(value = "3.5.11", reason = "a member serves while it is defragmented")
	void memberThatIsDefragmentedIsLeft(EtcdBinary binary) {
		String argument = binary.version().isAtLeast("3.6.0") ? "--feature-gates=StopGRPCServiceOnDefrag=true"
				: "--experimental-stop-grpc-service-on-defrag";
		try (EtcdServer first = EtcdServer.builder().binary(binary).arguments(argument).start()) {
			name(first, "first");
			try (EtcdClient client = client(first).build(); EtcdClient operator = client(first).build()) {
				use(client);
				long begin = System.nanoTime();
				operator.maintenance().defragment(first.endpoint()).sync();
				assertThat(leaving(client, begin)).isLessThan(FaultSettings.within(Duration.ofSeconds(2)));
			}
		}
	}

	@Test
	void memberThatStopsIsNotHeldUp(EtcdBinary binary) {
		try (EtcdServer first = EtcdServer.builder().binary(binary).start()) {
			name(first, "first");
			try (EtcdClient client = client(first).build()) {
				use(client);
				long begin = System.nanoTime();
				first.stop();
				// It waits seven seconds for streams that nobody ends.
				assertThat(since(begin)).isLessThan(FaultSettings.within(Duration.ofSeconds(4)));
				assertThat(whoAnswers(client)).isEqualTo("other");
			}
		}
	}

}
