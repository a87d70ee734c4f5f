/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * The network between the members of real clusters, and what they make of its faults.
 */
@WithEtcd
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdClusterPartitionTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final EtcdBinary binary;

	private EtcdCluster cluster;

	EtcdClusterPartitionTests(EtcdBinary binary) {
		this.binary = binary;
	}

	@BeforeEach
	void start() {
		this.cluster = EtcdCluster.builder().binary(this.binary).partitionable().start();
	}

	@AfterEach
	void stop() {
		this.cluster.close();
	}

	@Test
	void membersTalkOnTheirLinksOnly() {
		Gateway.put(this.cluster.member(0), "key", "value");
		assertAgreement();
		for (FaultyLink link : links()) {
			assertThat(link.accepted()).as("%s", link).isPositive();
			assertThat(link.open()).as("%s", link).isPositive();
			assertThat(link.received(Direction.TO_SERVER)).as("%s", link).isPositive();
			assertThat(link.forwarded(Direction.TO_CLIENT)).as("%s", link).isPositive();
		}
		assertThat(this.cluster.link(2, 0)).hasToString("link from member 2 to member 0");
		assertThat(this.cluster.toString()).contains(this.cluster.endpoints());
	}

	@Test
	void leaderInAPartitionIsReplacedAndComesBackAsAFollower() {
		int leader = awaitLeader();
		Gateway.put(this.cluster.member(leader), "before", "1");
		this.cluster.partition(leader);
		int successor = await().atMost(LONG)
			.until(this.cluster::leader, (now) -> now.isPresent() && now.getAsInt() != leader)
			.getAsInt();
		awaitNoLeader(leader);
		Gateway.put(this.cluster.member(successor), "during", "1");
		assertThatIllegalStateException().isThrownBy(() -> Gateway.put(this.cluster.member(leader), "lost", "1"));
		this.cluster.heal();
		assertAgreement();
		Gateway.put(this.cluster.member(leader), "after", "1");
		for (int i = 0; i < this.cluster.size(); i++) {
			EtcdServer member = this.cluster.member(i);
			assertThat(List.of("before", "during", "after")).as("%s", member)
				.allMatch((key) -> Gateway.has(member, key, "1"));
			assertThat(Gateway.has(member, "lost", "1")).as("%s", member).isFalse();
		}
	}

	@Test
	void followerInAPartitionHasNoLeaderWhileTheOthersKeepTheirs() {
		int leader = awaitLeader();
		int follower = other(leader);
		int third = 3 - leader - follower;
		this.cluster.partition(leader, third);
		awaitNoLeader(follower);
		Gateway.put(this.cluster.member(third), "key", "1");
		assertThat(this.cluster.leader()).hasValue(leader);
		assertThat(this.cluster.link(follower, leader).accepted()).isPositive();
		this.cluster.heal();
		assertAgreement();
		assertThat(Gateway.has(this.cluster.member(follower), "key", "1")).isTrue();
	}

	@Test
	void partitionsAddUp() {
		this.cluster.partition(0);
		this.cluster.partition(1);
		for (int i = 0; i < this.cluster.size(); i++) {
			awaitNoLeader(i);
		}
		assertThat(this.cluster.leader()).isEmpty();
		this.cluster.heal();
		assertAgreement();
		Gateway.put(this.cluster.member(2), "key", "1");
	}

	@Test
	void followerThatHearsNothingHasNoLeader() {
		int leader = awaitLeader();
		int follower = other(leader);
		this.cluster.partitionOneWay(leader, follower);
		awaitNoLeader(follower);
		// It is heard by the leader, on the connections of both.
		long heard = heard(follower, leader);
		await().atMost(LONG).until(() -> heard(follower, leader) > heard);
		int third = 3 - leader - follower;
		Gateway.put(this.cluster.member(third), "key", "1");
		this.cluster.heal();
		assertAgreement();
		assertThat(Gateway.has(this.cluster.member(follower), "key", "1")).isTrue();
	}

	@Test
	void followerThatIsNotHeardFollowsButCannotWrite() {
		int leader = awaitLeader();
		int follower = other(leader);
		this.cluster.partitionOneWay(follower, leader);
		assertThatIllegalStateException().isThrownBy(() -> Gateway.put(this.cluster.member(follower), "lost", "1"));
		// The attempt took many times what it takes to miss a leader.
		RaftView view = Objects.requireNonNull(this.cluster.member(follower).raftView());
		assertThat(view.leader()).isNotNull();
		assertThat(this.cluster.leader()).hasValue(leader);
		Gateway.put(this.cluster.member(leader), "key", "1");
		this.cluster.heal();
		assertAgreement();
		Gateway.put(this.cluster.member(follower), "key", "2");
		assertThat(Gateway.has(this.cluster.member(leader), "key", "2")).isTrue();
	}

	@Test
	void slowLinksMakeWritesSlow() {
		int leader = awaitLeader();
		Gateway.put(this.cluster.member(leader), "key", "1");
		links().forEach((link) -> link.inflict(Fault.delay(Duration.ofMillis(100))));
		long begin = System.nanoTime();
		Gateway.put(this.cluster.member(leader), "key", "2");
		// There and back.
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
		this.cluster.heal();
		assertAgreement();
	}

	@Test
	void memberThatIsStoppedInAPartitionComesBackToIt() {
		int leader = awaitLeader();
		int follower = other(leader);
		EtcdServer member = this.cluster.member(follower);
		String endpoint = member.endpoint();
		this.cluster.partition(follower);
		member.stop();
		Gateway.put(this.cluster.member(leader), "key", "1");
		long elections = elections(member);
		member.launch();
		await().atMost(LONG).until(() -> elections(member) > elections);
		// etcd listens for clients only after it has found a leader.
		assertThat(member.raftView()).isNull();
		this.cluster.heal();
		member.start();
		assertThat(member.endpoint()).isEqualTo(endpoint);
		assertThat(Gateway.has(member, "key", "1")).isTrue();
		member.restart();
		assertThat(Gateway.has(member, "key", "1")).isTrue();
	}

	@Test
	void startHealsTheNetwork() {
		this.cluster.partition(0);
		this.cluster.member(0).kill();
		this.cluster.member(1).freeze();
		this.cluster.start();
		assertAgreement();
		assertThat(links()).allSatisfy((link) -> assertThat(link.open()).isPositive());
	}

	@Test
	void closeEndsTheNetwork() {
		FaultyLink link = this.cluster.link(0, 1);
		this.cluster.close();
		this.cluster.close();
		assertThat(link.open()).isZero();
		assertThatIllegalStateException().isThrownBy(this.cluster::heal)
			.withMessage("the proxy is closed: make a new one");
		assertThat(Thread.getAllStackTraces().keySet()).noneMatch((thread) -> thread.getName().equals("fault-network"));
		assertThat(this.cluster.leader()).isEmpty();
	}

	@Test
	void argumentsAreChecked() {
		assertThatIllegalArgumentException().isThrownBy(this.cluster::partition)
			.withMessage("members is [] of a cluster of 3: name those on one side and leave some for the other");
		assertThatIllegalArgumentException().isThrownBy(() -> this.cluster.partition(2, 1, 0))
			.withMessage("members is [0, 1, 2] of a cluster of 3: name those on one side and leave some for the other");
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> this.cluster.partition(3));
		assertThatIllegalArgumentException().isThrownBy(() -> this.cluster.partitionOneWay(1, 1))
			.withMessage("from and to are both 1: name two members");
		assertThatIllegalArgumentException().isThrownBy(() -> this.cluster.link(2, 2))
			.withMessage("from and to are both 2: name two members");
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> this.cluster.link(0, 3));
	}

	private List<FaultyLink> links() {
		List<FaultyLink> links = new ArrayList<>();
		for (int from = 0; from < this.cluster.size(); from++) {
			for (int to = 0; to < this.cluster.size(); to++) {
				if (from != to) {
					links.add(this.cluster.link(from, to));
				}
			}
		}
		return links;
	}

	private long heard(int from, int to) {
		return this.cluster.link(from, to).forwarded(Direction.TO_SERVER)
				+ this.cluster.link(to, from).forwarded(Direction.TO_CLIENT);
	}

	private static long elections(EtcdServer member) {
		return member.log().lines().filter((line) -> line.contains("is starting a new election")).count();
	}

	private static int other(int member) {
		return (member + 1) % 3;
	}

	private int awaitLeader() {
		assertAgreement();
		return await().atMost(LONG).until(this.cluster::leader, OptionalInt::isPresent).getAsInt();
	}

	private void awaitNoLeader(int member) {
		await().atMost(LONG).until(() -> {
			RaftView view = this.cluster.member(member).raftView();
			return view != null && view.leader() == null;
		});
	}

	private void assertAgreement() {
		await().atMost(LONG).untilAsserted(() -> {
			RaftView first = Objects.requireNonNull(this.cluster.member(0).raftView());
			assertThat(first.leader()).isNotNull();
			for (int i = 1; i < this.cluster.size(); i++) {
				RaftView view = Objects.requireNonNull(this.cluster.member(i).raftView());
				assertThat(view.leader()).isEqualTo(first.leader());
				assertThat(view.term()).isEqualTo(first.term());
			}
		});
	}

}
