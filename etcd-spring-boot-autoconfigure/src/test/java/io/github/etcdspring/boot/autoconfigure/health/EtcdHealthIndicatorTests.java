/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.proto.AlarmRequest;
import io.github.etcdspring.proto.AlarmType;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link EtcdHealthIndicator}.
 */
@WithEtcd(isolated = true)
class EtcdHealthIndicatorTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	/** For a machine that is busy with other things. */
	private static final Duration SLACK = Duration.ofSeconds(3);

	private static final String UNUSED = "http://127.0.0.1:1";

	private final EtcdServer server;

	private final EtcdClient client;

	EtcdHealthIndicatorTests(EtcdServer server) {
		this.server = server;
		this.client = EtcdClient.builder().endpoints(server.endpoint(), UNUSED).build();
	}

	@AfterEach
	void closeClient() {
		this.client.close();
	}

	@Test
	void serverThatAnswersIsUpFromTheFirstCheckOn() {
		Health health = check(this.client);
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsOnlyKeys("cluster", "revision", "endpoints");
		assertThat(health.getDetails().get("cluster")).asString().matches("[0-9a-f]+");
		assertThat(row(health, this.server.endpoint())).containsKeys("member", "leader", "raftTerm", "dbSize")
			.containsEntry("state", "up")
			.containsEntry("version", this.server.version().toString());
		assertThat(rows(health)).containsEntry(UNUSED, "idle");
		assertThat(check(this.client)).isNotNull().extracting(Health::getStatus).isEqualTo(Status.UP);
	}

	@Test
	void frozenServerIsDownWithinTheTimeout() {
		check(this.client);
		this.server.freeze();
		Health health = check(this.client);
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsKeys("error", "endpoints");
		assertThat(row(health, this.server.endpoint())).doesNotContainEntry("state", "up");
		this.server.thaw();
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(check(this.client).getStatus()).isEqualTo(Status.UP));
	}

	@Test
	void serverThatIsGoneIsDownWithinTheTimeoutAndUpWhenItIsBack() {
		check(this.client);
		this.server.stop();
		Health health = check(this.client);
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(row(health, this.server.endpoint())).doesNotContainEntry("state", "up");
		this.server.start();
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(check(this.client).getStatus()).isEqualTo(Status.UP));
	}

	@Test
	void serverThatWasNeverThereIsDownWithinTheTimeout() {
		try (EtcdClient lost = EtcdClient.builder().endpoints(UNUSED).build()) {
			Health health = check(lost);
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(row(health, UNUSED)).containsEntry("state", "not connected");
		}
	}

	@Test
	void fullDatabaseIsOutOfService() {
		try (EtcdAdmin admin = new EtcdAdmin(this.server)) {
			admin.alarm(AlarmType.NOSPACE, AlarmRequest.AlarmAction.ACTIVATE);
			Health health = check(this.client);
			admin.alarm(AlarmType.NOSPACE, AlarmRequest.AlarmAction.DEACTIVATE);
			assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
			assertThat(health.getDetails().get("alarms")).asInstanceOf(InstanceOfAssertFactories.LIST)
				.singleElement()
				.asString()
				.startsWith("NO_SPACE on member ");
			assertThat(check(this.client).getStatus()).isEqualTo(Status.UP);
		}
	}

	@Test
	void corruptDataIsDown() {
		try (EtcdAdmin admin = new EtcdAdmin(this.server)) {
			admin.alarm(AlarmType.CORRUPT, AlarmRequest.AlarmAction.ACTIVATE);
			Health health = check(this.client);
			admin.alarm(AlarmType.CORRUPT, AlarmRequest.AlarmAction.DEACTIVATE);
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(check(this.client).getStatus()).isEqualTo(Status.UP);
		}
	}

	@Test
	void clusterWithoutMajorityIsDownAndSaysWhichMemberAnswers() {
		try (EtcdCluster cluster = EtcdCluster.builder().start();
				EtcdClient client = EtcdClient.builder().endpoints(cluster.endpoints()).build()) {
			assertThat(check(client).getStatus()).isEqualTo(Status.UP);
			cluster.member(1).kill();
			cluster.member(2).kill();
			String survivor = cluster.member(0).endpoint();
			await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				Health health = check(client);
				assertThat(health.getStatus()).isEqualTo(Status.DOWN);
				assertThat(row(health, survivor)).containsEntry("state", "up").containsEntry("leader", "none");
			});
		}
	}

	@Test
	void clusterThatLostOneMemberIsUpAndDoesNotWaitForIt() {
		try (EtcdCluster cluster = EtcdCluster.builder().start();
				EtcdClient client = EtcdClient.builder().endpoints(cluster.endpoints()).build()) {
			check(client);
			EtcdServer lost = cluster.member(0);
			lost.freeze();
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(check(client).getStatus()).isEqualTo(Status.UP));
			long begin = System.nanoTime();
			Health health = check(client);
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(row(health, lost.endpoint())).doesNotContainEntry("state", "up");
		}
	}

	@Test
	void userWithoutPermissionIsUp() {
		try (EtcdServer secured = EtcdServer.builder().start(); EtcdAdmin admin = new EtcdAdmin(secured)) {
			admin.enableAuthentication();
			try (EtcdClient nobody = client(secured, "s3cret"); EtcdClient stranger = client(secured, "wr0ng")) {
				Health health = check(nobody);
				assertThat(health.getStatus()).isEqualTo(Status.UP);
				assertThat(row(health, secured.endpoint())).containsEntry("state", "up");
				assertThat(health.toString()).doesNotContain("s3cret");
				Health refused = check(stranger);
				assertThat(refused.getStatus()).isEqualTo(Status.DOWN);
				assertThat(refused.toString()).doesNotContain("wr0ng");
			}
		}
	}

	private static EtcdClient client(EtcdServer server, String password) {
		return EtcdClient.builder().endpoints(server.endpoint()).credentials("nobody", password).build();
	}

	@Test
	void busyCallbackExecutorDoesNotLookLikeEtcdDown() {
		try (EtcdClient busy = EtcdClient.builder().endpoints(this.server.endpoint()).callbackExecutor((task) -> {
		}).build()) {
			Health health = check(busy);
			assertThat(health.getStatus()).isEqualTo(Status.UP);
		}
	}

	@Test
	void closedClientIsDown() {
		this.client.close();
		assertThat(check(this.client).getStatus()).isEqualTo(Status.DOWN);
	}

	@Test
	void badTimeoutIsRefused() {
		for (Duration timeout : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
			assertThatIllegalArgumentException().isThrownBy(() -> new EtcdHealthIndicator(this.client, timeout))
				.withMessageContaining("'timeout'");
		}
	}

	private static Health check(EtcdClient client) {
		long begin = System.nanoTime();
		Health health = new EtcdHealthIndicator(client, TIMEOUT).health();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TIMEOUT.plus(SLACK));
		return health;
	}

	private static Map<String, Object> rows(Health health) {
		return assertThat(health.getDetails().get("endpoints"))
			.asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
			.actual();
	}

	private static Map<String, Object> row(Health health, String endpoint) {
		return assertThat(rows(health).get(endpoint))
			.asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
			.actual();
	}

}
