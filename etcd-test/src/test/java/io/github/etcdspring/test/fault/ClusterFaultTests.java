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
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.transport.EndpointState;
import io.github.etcdspring.client.transport.EndpointStrategy;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What happens to unary calls when members of a cluster of three go away.
 */
@WithEtcd
class ClusterFaultTests {

	private EtcdCluster cluster;

	@BeforeEach
	void startCluster(EtcdBinary binary) {
		this.cluster = EtcdCluster.builder().size(3).binary(binary).start();
	}

	@AfterEach
	void stopCluster() {
		this.cluster.close();
	}

	private EtcdClient client(EndpointStrategy strategy) {
		return EtcdClient.builder().endpoints(this.cluster.endpoints()).endpointStrategy(strategy).build();
	}

	@Test
	void refusedFirstEndpointCostsNothingNoticeable() {
		try (EtcdClient warm = client(EndpointStrategy.FAILOVER)) {
			warm.kv().put("/c", "1").sync();
		}
		this.cluster.member(0).stop();
		try (EtcdClient client = client(EndpointStrategy.FAILOVER)) {
			// Whatever the cluster has to settle after the stop is not what is measured.
			client.kv().get("/c").serializable().sync();
		}
		try (EtcdClient client = client(EndpointStrategy.FAILOVER)) {
			long start = System.nanoTime();
			client.kv().get("/c").serializable().sync();
			assertThat(Duration.ofNanos(System.nanoTime() - start))
				.isLessThan(FaultSettings.within(Duration.ofMillis(900)));
		}
	}

	@Test
	void killingTheConnectedMemberLosesNoReadAndLaterWritesWork() {
		try (EtcdClient client = client(EndpointStrategy.FAILOVER)) {
			client.kv().put("/c", "1").sync();
			this.cluster.member(0).kill();
			long start = System.nanoTime();
			assertThat(client.kv().get("/c").sync().count()).isEqualTo(1);
			assertThat(Duration.ofNanos(System.nanoTime() - start))
				.isLessThan(FaultSettings.within(Duration.ofSeconds(8)));
			client.kv().put("/c", "2").sync();
		}
	}

	@Test
	void frozenMemberIsLeftWithinThreeSeconds() {
		for (EndpointStrategy strategy : new EndpointStrategy[] { EndpointStrategy.FAILOVER,
				EndpointStrategy.ROUND_ROBIN }) {
			try (EtcdClient client = client(strategy)) {
				client.kv().put("/c", "1").sync();
				// Every endpoint is connected by now, also under round robin.
				for (int i = 0; i < 10; i++) {
					client.kv().get("/c").sync();
				}
				this.cluster.member(0).freeze();
				try {
					for (int i = 0; i < 6; i++) {
						long start = System.nanoTime();
						assertThat(client.kv().get("/c").serializable().sync().count()).isEqualTo(1);
						assertThat(Duration.ofNanos(System.nanoTime() - start)).as("%s, read %d", strategy, i)
							.isLessThan(FaultSettings.within(Duration.ofSeconds(3)));
					}
				}
				finally {
					this.cluster.member(0).thaw();
				}
			}
		}
	}

	@Test
	void roundRobinUsesAMemberAgainThatCameBack() {
		try (EtcdClient client = client(EndpointStrategy.ROUND_ROBIN)) {
			client.kv().put("/c", "1").sync();
			await().untilAsserted(() -> assertThat(connected(client)).isEqualTo(3));
			this.cluster.member(1).kill();
			await().untilAsserted(() -> {
				client.kv().get("/c").serializable().sync();
				assertThat(connected(client)).isEqualTo(2);
			});
			this.cluster.member(1).start();
			await().untilAsserted(() -> {
				client.kv().get("/c").serializable().sync();
				assertThat(connected(client)).isEqualTo(3);
			});
		}
	}

	private static long connected(EtcdClient client) {
		return client.endpointStates().stream().filter(EndpointState::connected).count();
	}

	@Test
	void withoutAQuorumWritesAreRefusedAndNotAppliedWhileStaleReadsWork() {
		try (EtcdClient client = client(EndpointStrategy.FAILOVER)) {
			client.kv().put("/c", "1").sync();
			this.cluster.member(1).kill();
			this.cluster.member(2).kill();
			assertThat(client.kv().get("/c").serializable().sync().count()).isEqualTo(1);
			// Until the member has noticed, a write may be proposed and its outcome is
			// open; so is that of one which is on its way when its time is over.
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThatExceptionOfType(EtcdException.class)
					.isThrownBy(() -> client.kv().put("/c", "2").timeout(Duration.ofSeconds(3)).sync())
					.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED))
					.withMessageContaining("no leader"));
			this.cluster.member(1).start();
			this.cluster.member(2).start();
			assertThat(client.kv().put("/c", "4").sync().revision()).isPositive();
			assertThat(client.kv().get("/c").sync().first().orElseThrow().valueAsUtf8()).isEqualTo("4");
		}
	}

	@Test
	void impatientCallsLeaveAFrozenMemberToo() {
		try (EtcdClient client = client(EndpointStrategy.FAILOVER)) {
			client.kv().put("/c", "1").sync();
			this.cluster.member(0).freeze();
			long start = System.nanoTime();
			await().atMost(Duration.ofSeconds(5)).ignoreExceptionsInstanceOf(EtcdTimeoutException.class).until(() -> {
				client.kv().get("/c").serializable().timeout(Duration.ofMillis(500)).sync();
				return true;
			});
			assertThat(Duration.ofNanos(System.nanoTime() - start))
				.isLessThan(FaultSettings.within(Duration.ofSeconds(4)));
			this.cluster.member(0).thaw();
		}
	}

}
