/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

@ForEachEtcd(embedded = false)
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdClusterTests {

	private final EtcdBinary binary;

	EtcdClusterTests(EtcdBinary binary) {
		this.binary = binary;
	}

	@Test
	void membersShareTheirData() {
		try (EtcdCluster cluster = start()) {
			assertThat(cluster.size()).isEqualTo(3);
			assertThat(cluster.endpoints()).doesNotHaveDuplicates()
				.containsExactly(cluster.member(0).endpoint(), cluster.member(1).endpoint(),
						cluster.member(2).endpoint());
			Gateway.put(cluster.member(0), "key", "value");
			assertThat(Gateway.has(cluster.member(1), "key", "value")).isTrue();
			assertThat(Gateway.has(cluster.member(2), "key", "value")).isTrue();
			assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> cluster.member(3));
		}
	}

	@Test
	void clusterServesWithoutOneMemberWhichCanComeBack() {
		try (EtcdCluster cluster = start()) {
			EtcdServer lost = cluster.member(0);
			lost.kill();
			// Waits for a leader.
			cluster.member(1).start();
			Gateway.put(cluster.member(1), "key", "value");
			lost.start();
			assertThat(Gateway.has(lost, "key", "value")).isTrue();
		}
	}

	@Test
	void startBringsBackAllMembers() {
		try (EtcdCluster cluster = start()) {
			Gateway.put(cluster.member(0), "key", "value");
			cluster.member(0).kill();
			cluster.member(1).stop();
			cluster.member(2).freeze();
			cluster.start();
			for (int i = 0; i < cluster.size(); i++) {
				assertThat(Gateway.has(cluster.member(i), "key", "value")).isTrue();
			}
		}
	}

	@Test
	void closeClosesAllMembers() {
		EtcdCluster cluster = start();
		cluster.member(1).freeze();
		cluster.close();
		for (int i = 0; i < cluster.size(); i++) {
			assertThat(cluster.member(i).isRunning()).isFalse();
			assertThat(cluster.member(i).directory()).doesNotExist();
		}
	}

	@Test
	void leaderIsOneOfTheMembersUntilItIsLost() {
		try (EtcdCluster cluster = start()) {
			int leader = cluster.leader().orElseThrow();
			cluster.member(leader).kill();
			await().atMost(Duration.ofSeconds(30))
				.until(cluster::leader, (now) -> now.isPresent() && now.getAsInt() != leader);
			cluster.member(leader).start();
			assertThat(cluster.leader()).isPresent();
		}
	}

	@Test
	void membersOfAPlainClusterCannotBePartitioned() {
		try (EtcdCluster cluster = start()) {
			String message = "the members talk to each other directly: build the cluster with partitionable()";
			assertThatIllegalStateException().isThrownBy(() -> cluster.partition(0)).withMessage(message);
			assertThatIllegalStateException().isThrownBy(() -> cluster.partitionOneWay(0, 1)).withMessage(message);
			assertThatIllegalStateException().isThrownBy(() -> cluster.link(0, 1)).withMessage(message);
			assertThatIllegalStateException().isThrownBy(cluster::heal).withMessage(message);
		}
	}

	@Test
	void sizeHasToBePositive() {
		assertThatIllegalArgumentException().isThrownBy(() -> EtcdCluster.builder().size(0))
			.withMessage("size is 0: a cluster has at least 1 member");
	}

	private EtcdCluster start() {
		return EtcdCluster.builder().binary(this.binary).start();
	}

}
