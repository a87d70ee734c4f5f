/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.cluster.Member;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.maintenance.MemberStatus;
import io.github.etcdspring.client.transport.EndpointState;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.ForEachEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What takes a cluster of several: moving the leader, finding the members, and changing
 * who votes.
 */
@ForEachEtcd(embedded = false)
@Timeout(120)
class ThreeMembersTests {

	private EtcdCluster cluster;

	@BeforeEach
	void startCluster(EtcdBinary binary) {
		this.cluster = EtcdCluster.builder().size(3).binary(binary).start();
	}

	@AfterEach
	void stopCluster() {
		this.cluster.close();
	}

	private EtcdClient client(List<String> endpoints) {
		return EtcdClient.builder().endpoints(endpoints).build();
	}

	private static MemberStatus status(EtcdClient client, String endpoint) {
		return client.maintenance().status(endpoint).sync();
	}

	private String leader(EtcdClient client) {
		return this.cluster.endpoints()
			.stream()
			.filter((endpoint) -> status(client, endpoint).isLeader())
			.findFirst()
			.orElseThrow();
	}

	private String follower(EtcdClient client) {
		return this.cluster.endpoints()
			.stream()
			.filter((endpoint) -> !status(client, endpoint).isLeader())
			.findFirst()
			.orElseThrow();
	}

	@Test
	void leaderIsMoved() {
		try (EtcdClient client = client(this.cluster.endpoints())) {
			for (int i = 0; i < 3; i++) {
				String target = follower(client);
				long id = status(client, target).header().memberId();
				// Servers send no header.
				assertThat(client.maintenance().moveLeader(id).sync()).isEqualTo(new Header(0, 0, 0, 0));
				assertThat(status(client, target).isLeader()).isTrue();
			}
			String target = follower(client);
			long id = status(client, target).header().memberId();
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.maintenance().moveLeader(id).endpoint(target).sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.NOT_LEADER);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.endpoint()).isEqualTo(target);
				});
			client.maintenance().moveLeader(id).endpoint(leader(client)).sync();
			assertThat(status(client, target).isLeader()).isTrue();
			// A member that is down is passed over.
			this.cluster.endpoints()
				.stream()
				.filter((endpoint) -> !endpoint.equals(target))
				.findFirst()
				.ifPresent((endpoint) -> this.cluster.member(this.cluster.endpoints().indexOf(endpoint)).kill());
			String other = this.cluster.endpoints()
				.stream()
				.filter((endpoint) -> !endpoint.equals(target)
						&& this.cluster.member(this.cluster.endpoints().indexOf(endpoint)).isRunning())
				.findFirst()
				.orElseThrow();
			client.maintenance().moveLeader(status(client, other).header().memberId()).sync();
			assertThat(status(client, other).isLeader()).isTrue();
		}
	}

	@Test
	void oneEndpointIsEnoughToFindTheOthers() {
		try (EtcdClient client = client(this.cluster.endpoints().subList(0, 1))) {
			client.kv().put("/k", "1").sync();
			assertThat(client.cluster().sync().sync()).containsExactlyInAnyOrderElementsOf(this.cluster.endpoints());
			// The connection is the same.
			assertThat(client.endpointStates()).filteredOn(EndpointState::connected)
				.extracting(EndpointState::endpoint)
				.containsExactly(this.cluster.endpoints().get(0));
			this.cluster.member(0).kill();
			assertThat(client.kv().get("/k").sync().count()).isEqualTo(1);
			client.replaceEndpoints(this.cluster.endpoints().subList(2, 3));
			await().untilAsserted(() -> assertThat(client.kv().get("/k").sync().count()).isEqualTo(1));
			assertThat(client.endpointStates()).extracting(EndpointState::endpoint)
				.containsExactly(this.cluster.endpoints().get(2));
		}
	}

	@Test
	void voterIsAddedAndRemoved() {
		try (EtcdClient client = client(this.cluster.endpoints())) {
			// For its first seconds a cluster refuses changes as unhealthy.
			Member added = await().ignoreExceptionsMatching((ex) -> isUnhealthy(ex))
				.until(() -> client.cluster().add("http://127.0.0.1:4").sync().member(), (member) -> member.id() != 0);
			assertThat(added.isLearner()).isFalse();
			assertThat(added.isStarted()).isFalse();
			assertThat(client.cluster().members().sync().members()).hasSize(4).contains(added);
			assertThat(client.cluster().sync().sync()).containsExactlyInAnyOrderElementsOf(this.cluster.endpoints());
			assertThat(client.cluster().remove(added.id()).sync().members()).hasSize(3).doesNotContain(added);
		}
	}

	@Test
	void memberThatWasRemovedIsUsedNoMore() {
		try (EtcdClient client = client(this.cluster.endpoints())) {
			client.kv().put("/k", "1").sync();
			// The one in use.
			String removed = this.cluster.endpoints().get(0);
			List<String> rest = this.cluster.endpoints().subList(1, 3);
			long id = status(client, removed).header().memberId();
			try (EtcdClient others = client(rest)) {
				// A member that is asked to remove itself may stop before it answers, and
				// if
				// it leads the others answer late.
				await().atMost(Duration.ofSeconds(30)).ignoreExceptionsInstanceOf(EtcdException.class).until(() -> {
					List<Member> members = others.cluster().members().sync().members();
					if (members.stream().anyMatch((member) -> member.id() == id)) {
						members = others.cluster().remove(id).sync().members();
					}
					return members.size() == 2 && members.stream().noneMatch((member) -> member.id() == id);
				});
			}
			await().atMost(Duration.ofSeconds(20))
				.ignoreExceptionsInstanceOf(EtcdException.class)
				.untilAsserted(
						() -> assertThat(client.cluster().sync().sync()).containsExactlyInAnyOrderElementsOf(rest));
			assertThat(client.endpoints()).containsExactlyInAnyOrderElementsOf(rest);
			// The one that was removed may have been the leader.
			await().atMost(Duration.ofSeconds(20)).ignoreExceptionsInstanceOf(EtcdException.class).until(() -> {
				client.kv().put("/k", "settled").sync();
				return true;
			});
			for (int i = 0; i < 10; i++) {
				client.kv().put("/k", String.valueOf(i)).sync();
			}
			assertThat(client.endpointStates()).extracting(EndpointState::endpoint).doesNotContain(removed);
		}
	}

	private static boolean isUnhealthy(Throwable ex) {
		return ex instanceof EtcdException failure && failure.reason() == Reason.UNHEALTHY_CLUSTER;
	}

}
