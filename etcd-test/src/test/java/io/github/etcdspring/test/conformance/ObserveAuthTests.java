/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.auth.Auth;
import io.github.etcdspring.client.auth.PermissionType;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.election.LeaderKey;
import io.github.etcdspring.client.election.Observation;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForEachEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Observations of real servers that want to know who observes.
 */
@ForEachEtcd(embedded = false)
@Timeout(60)
class ObserveAuthTests {

	private final RecordingObserver observer = new RecordingObserver();

	private EtcdServer server;

	private EtcdClient root;

	@BeforeEach
	void start(EtcdBinary binary) {
		this.server = EtcdServer.builder().binary(binary).arguments("--auth-token-ttl=2").start();
		try (EtcdClient client = EtcdClient.builder().endpoints(this.server.endpoint()).build()) {
			Auth auth = client.auth();
			for (String name : new String[] { "root", "reader" }) {
				auth.addUser(name, "secret").sync();
				auth.addRole(name).sync();
				auth.grantRole(name, name).sync();
			}
			auth.grantPermission("reader", PermissionType.READ, KeyRange.prefix("open/")).sync();
			auth.enable().sync();
		}
		this.root = client("root");
	}

	@AfterEach
	void stop() {
		this.root.close();
		this.server.close();
	}

	private EtcdClient client(String user) {
		return EtcdClient.builder().endpoints(this.server.endpoint()).credentials(user, "secret").build();
	}

	private LeaderKey campaign(String value) {
		long lease = this.root.leases().grant(Conformance.LONG).sync().id();
		return this.root.electionService().campaign("open/e", lease, value).timeout(Conformance.SOON).sync().leader();
	}

	@Test
	void deniedObserverIsToldWhy() {
		try (EtcdClient reader = client("reader")) {
			reader.electionService().observe("closed/e").open(this.observer);
			assertThat(this.observer.closed()).succeedsWithin(Conformance.SOON)
				.isInstanceOf(PermissionDeniedException.class);
		}
		assertThat(this.observer.told()).containsExactly("closed");
	}

	@Test
	void tokenThatIsGoneWithARestartIsReplaced() {
		LeaderKey leader = campaign("node-1");
		try (EtcdClient reader = client("reader");
				Observation observation = reader.electionService()
					.observe("open/e")
					.maxRetries(-1)
					.open(this.observer)) {
			ObserveConformance.awaitTold(this.observer, "node-1");
			this.server.kill();
			this.server.start();
			this.root.electionService().proclaim(leader, "still here").sync();
			ObserveConformance.awaitTold(this.observer, "node-1", "disconnected", "resumed", "still here");
			assertThat(observation).isNotNull();
		}
	}

	@Test
	void tokenThatExpiredMeanwhileIsReplaced() {
		LeaderKey first = campaign("node-1");
		try (EtcdClient reader = client("reader");
				Observation observation = reader.electionService().observe("open/e").open(this.observer)) {
			ObserveConformance.awaitTold(this.observer, "node-1");
			// Longer than a token that is not used lives.
			long since = System.nanoTime();
			await().until(() -> System.nanoTime() - since > Duration.ofSeconds(4).toNanos());
			this.root.electionService().resign(first).sync();
			campaign("node-2");
			await().atMost(Conformance.SOON)
				.untilAsserted(() -> assertThat(this.observer.told()).last().isEqualTo("node-2"));
			assertThat(this.observer.told()).doesNotContain("closed");
			assertThat(observation).isNotNull();
		}
	}

}
