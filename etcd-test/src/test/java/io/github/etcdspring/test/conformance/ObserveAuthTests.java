/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

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
import io.github.etcdspring.test.OwnEtcd;
import io.github.etcdspring.test.OwnEtcdExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Observations of servers that want to know who observes.
 */
@ForEachEtcd
@ExtendWith(OwnEtcdExtension.class)
@Timeout(60)
class ObserveAuthTests {

	private static final Duration TOKEN_TTL = Duration.ofSeconds(2);

	private final RecordingObserver observer = new RecordingObserver();

	private static void enableAuth(String endpoint) {
		try (EtcdClient client = EtcdClient.builder().endpoints(endpoint).build()) {
			Auth auth = client.auth();
			for (String name : new String[] { "root", "reader" }) {
				auth.addUser(name, "secret").sync();
				auth.addRole(name).sync();
				auth.grantRole(name, name).sync();
			}
			auth.grantPermission("reader", PermissionType.READ, KeyRange.prefix("open/")).sync();
			auth.enable().sync();
		}
	}

	private static EtcdClient client(String endpoint, String user) {
		return EtcdClient.builder().endpoints(endpoint).credentials(user, "secret").build();
	}

	private static LeaderKey campaign(EtcdClient root, String value) {
		long lease = root.leases().grant(Conformance.LONG).sync().id();
		return root.electionService().campaign("open/e", lease, value).timeout(Conformance.SOON).sync().leader();
	}

	@Test
	void deniedObserverIsToldWhy(OwnEtcd.Builder builder) {
		try (OwnEtcd server = builder.tokenTtl(TOKEN_TTL).start()) {
			enableAuth(server.endpoint());
			try (EtcdClient reader = client(server.endpoint(), "reader")) {
				reader.electionService().observe("closed/e").open(this.observer);
				assertThat(this.observer.closed()).succeedsWithin(Conformance.SOON)
					.isInstanceOf(PermissionDeniedException.class);
			}
			assertThat(this.observer.told()).containsExactly("closed");
		}
	}

	@Test
	void tokenThatIsGoneWithARestartIsReplaced(EtcdBinary binary) {
		try (EtcdServer server = EtcdServer.builder().binary(binary).start()) {
			enableAuth(server.endpoint());
			try (EtcdClient root = client(server.endpoint(), "root");
					EtcdClient reader = client(server.endpoint(), "reader")) {
				LeaderKey leader = campaign(root, "node-1");
				try (Observation observation = reader.electionService()
					.observe("open/e")
					.maxRetries(-1)
					.open(this.observer)) {
					ObserveConformance.awaitTold(this.observer, "node-1");
					server.kill();
					server.start();
					root.electionService().proclaim(leader, "still here").sync();
					ObserveConformance.awaitTold(this.observer, "node-1", "disconnected", "resumed", "still here");
					assertThat(observation).isNotNull();
				}
			}
		}
	}

	@Test
	void tokenThatExpiredMeanwhileIsReplaced(OwnEtcd.Builder builder) {
		try (OwnEtcd server = builder.tokenTtl(TOKEN_TTL).start()) {
			enableAuth(server.endpoint());
			try (EtcdClient root = client(server.endpoint(), "root");
					EtcdClient reader = client(server.endpoint(), "reader")) {
				LeaderKey first = campaign(root, "node-1");
				try (Observation observation = reader.electionService().observe("open/e").open(this.observer)) {
					ObserveConformance.awaitTold(this.observer, "node-1");
					// Longer than a token that is not used lives.
					long since = System.nanoTime();
					await().until(() -> System.nanoTime() - since > TOKEN_TTL.multipliedBy(2).toNanos());
					root.electionService().resign(first).sync();
					campaign(root, "node-2");
					await().atMost(Conformance.SOON)
						.untilAsserted(() -> assertThat(this.observer.told()).last().isEqualTo("node-2"));
					assertThat(this.observer.told()).doesNotContain("closed");
					assertThat(observation).isNotNull();
				}
			}
		}
	}

}
