/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.election.CampaignResult;
import io.github.etcdspring.client.election.LeaderKey;
import io.github.etcdspring.client.election.Observation;
import io.github.etcdspring.proto.ElectionGrpc;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@link ObserveConformance} on real servers.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class ObserveConformanceTests extends ObserveConformance {

	@Test
	void restartOfTheServerIsSurvivedAndTheSameLeaderNotToldAgain(EtcdServer server) {
		LeaderKey leader = campaign("node-1");
		try (Observation observation = this.elections.observe(key("e")).maxRetries(-1).open(this.observer)) {
			awaitTold(this.observer, "node-1");
			server.kill();
			awaitTold(this.observer, "node-1", "disconnected");
			server.start();
			awaitTold(this.observer, "node-1", "disconnected", "resumed");
			this.elections.proclaim(leader, "still here").sync();
			awaitTold(this.observer, "node-1", "disconnected", "resumed", "still here");
			assertThat(observation).isNotNull();
		}
	}

	@Test
	void leaderThatWentWhileTheConnectionWasLostIsReplaced(EtcdServer server) {
		LeaderKey first = campaign("node-1");
		StreamBarrier barrier = new StreamBarrier(ElectionGrpc.getObserveMethod());
		try (EtcdClient observing = newClient().channelCustomizer((builder) -> builder.intercept(barrier)).build();
				Observation observation = observing.electionService()
					.observe(key("e"))
					.maxRetries(-1)
					.open(this.observer)) {
			awaitTold(this.observer, "node-1");
			barrier.close();
			server.kill();
			server.start();
			CompletableFuture<CampaignResult> second = queue("node-2");
			this.elections.resign(first).sync();
			assertThat(second).succeedsWithin(SOON);
			LeaderKey leader = second.join().leader();
			this.elections.proclaim(leader, "settled").sync();
			await().until(() -> barrier.refused() > 0);
			assertThat(this.observer.told()).containsExactly("node-1", "disconnected");
			barrier.open();
			awaitTold(this.observer, "node-1", "disconnected", "resumed", "settled");
			assertThat(this.observer.leaders().get(1).createRevision()).isEqualTo(leader.revision());
			assertThat(observation).isNotNull();
		}
	}

	@Test
	void withoutRetriesALostConnectionIsTheEnd(EtcdServer server) {
		campaign("node-1");
		this.elections.observe(key("e")).maxRetries(0).open(this.observer);
		awaitTold(this.observer, "node-1");
		server.kill();
		assertThat(this.observer.closed()).succeedsWithin(SOON)
			.satisfies((cause) -> assertThat(cause.operation()).isEqualTo("observe"));
		awaitTold(this.observer, "node-1", "closed");
		server.start();
	}

}
