/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.election.CampaignResult;
import io.github.etcdspring.client.election.ElectionService;
import io.github.etcdspring.client.election.LeaderKey;
import io.github.etcdspring.client.election.Observation;
import io.github.etcdspring.client.kv.GetResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an observation of an election sees.
 */
abstract class ObserveConformance extends Conformance {

	ElectionService elections;

	final RecordingObserver observer = new RecordingObserver();

	private long lease;

	private long other;

	@BeforeEach
	void grantLeases() {
		this.elections = this.etcd.electionService();
		this.lease = this.etcd.leases().grant(LONG).sync().id();
		this.other = this.etcd.leases().grant(LONG).sync().id();
	}

	@AfterEach
	void revokeLeases() {
		this.etcd.leases().revoke(this.lease).sync();
		this.etcd.leases().revoke(this.other).sync();
	}

	LeaderKey campaign(String value) {
		return this.elections.campaign(key("e"), this.lease, value).timeout(SOON).sync().leader();
	}

	/** Stand, and wait until the server has queued the candidate. */
	CompletableFuture<CampaignResult> queue(String value) {
		CompletableFuture<CampaignResult> waiting = this.elections.campaign(key("e"), this.other, value).async();
		await().until(() -> this.kv.get(KeyRange.prefix(key("e/"))).countOnly().sync(), (found) -> found.count() == 2);
		return waiting;
	}

	static void awaitTold(RecordingObserver observer, String... expected) {
		await().atMost(SOON).untilAsserted(() -> assertThat(observer.told()).containsExactly(expected));
	}

	@Test
	void leaderEachValueAndTheNextLeaderAreTold() {
		LeaderKey first = campaign("node-1");
		try (Observation observation = this.elections.observe(key("e")).open(this.observer)) {
			awaitTold(this.observer, "node-1");
			this.elections.proclaim(first, "busy").sync();
			awaitTold(this.observer, "node-1", "busy");
			CompletableFuture<CampaignResult> next = queue("node-2");
			this.elections.resign(first).sync();
			assertThat(next).succeedsWithin(SOON);
			awaitTold(this.observer, "node-1", "busy", "node-2");
			LeaderKey second = next.join().leader();
			KeyValue told = this.observer.leaders().get(2);
			assertThat(told.key()).isEqualTo(second.key());
			assertThat(told.createRevision()).isEqualTo(second.revision());
			assertThat(told.lease()).isEqualTo(second.lease());
			assertThat(told).isEqualTo(this.elections.leader(key("e")).sync().keyValue());
			observation.close();
			assertThat(this.observer.closed()).succeedsWithin(SOON).isNull();
		}
		awaitTold(this.observer, "node-1", "busy", "node-2", "closed");
	}

	@Test
	void whileNobodyLeadsNothingIsToldUntilSomebodyDoes() {
		try (Observation observation = this.elections.observe(key("e")).open(this.observer)) {
			LeaderKey leader = campaign("node-1");
			awaitTold(this.observer, "node-1");
			this.elections.resign(leader).sync();
			LeaderKey again = campaign("node-1 again");
			awaitTold(this.observer, "node-1", "node-1 again");
			assertThat(again.revision()).isGreaterThan(leader.revision());
			assertThat(observation).isNotNull();
		}
	}

	@Test
	void closedObservationIsToldNothingMore() {
		LeaderKey leader = campaign("node-1");
		Observation observation = this.elections.observe(key("e")).open(this.observer);
		awaitTold(this.observer, "node-1");
		RecordingObserver other = new RecordingObserver();
		try (Observation open = this.elections.observe(key("e")).open(other)) {
			awaitTold(other, "node-1");
			observation.close();
			assertThat(this.observer.closed()).succeedsWithin(SOON).isNull();
			this.elections.proclaim(leader, "busy").sync();
			awaitTold(other, "node-1", "busy");
			assertThat(open).isNotNull();
		}
		assertThat(this.observer.told()).containsExactly("node-1", "closed");
	}

	@Test
	void closingBeforeAnybodyLeadsIsTheOnlyThingTold() {
		Observation observation = this.elections.observe(key("e")).open(this.observer);
		observation.close();
		assertThat(this.observer.closed()).succeedsWithin(SOON).isNull();
		campaign("node-1");
		assertThat(this.observer.told()).containsExactly("closed");
	}

	@Test
	void newestOfManyQuickValuesIsTold() {
		LeaderKey leader = campaign("0");
		try (Observation observation = this.elections.observe(key("e")).open(this.observer)) {
			for (int i = 1; i <= 50; i++) {
				this.elections.proclaim(leader, Integer.toString(i)).sync();
			}
			await().atMost(SOON)
				.untilAsserted(() -> assertThat(this.observer.told()).isNotEmpty().last().isEqualTo("50"));
			assertThat(this.observer.told().stream().map(Integer::parseInt)).isSorted().doesNotHaveDuplicates();
			assertThat(observation).isNotNull();
		}
	}

	@Test
	void compactionDoesNotDisturb() {
		LeaderKey leader = campaign("node-1");
		try (Observation observation = this.elections.observe(key("e")).open(this.observer)) {
			awaitTold(this.observer, "node-1");
			for (int i = 0; i < 5; i++) {
				put("other", Integer.toString(i));
			}
			this.kv.compact(revision()).sync();
			this.elections.proclaim(leader, "busy").sync();
			awaitTold(this.observer, "node-1", "busy");
			assertThat(observation).isNotNull();
		}
	}

	@Test
	void electionBelowAnotherOneIsAnotherOne() {
		this.elections.campaign(key("e2"), this.other, "elsewhere").timeout(SOON).sync();
		this.elections.campaign(key("e/2"), this.other, "below").timeout(SOON).sync();
		RecordingObserver elsewhere = new RecordingObserver();
		try (Observation one = this.elections.observe(key("e2")).open(elsewhere);
				Observation below = this.elections.observe(key("e/2")).open(this.observer)) {
			awaitTold(elsewhere, "elsewhere");
			awaitTold(this.observer, "below");
			assertThat(one).isNotSameAs(below);
		}
	}

	@Test
	void namespaceIsTakenOffTheKey() {
		try (EtcdClient client = newClient().namespace(this.prefix).build();
				Observation observation = client.electionService().observe("e").open(this.observer)) {
			LeaderKey leader = campaign("node-1");
			awaitTold(this.observer, "node-1");
			assertThat(this.observer.leaders().get(0).keyAsUtf8())
				.isEqualTo(leader.key().asUtf8().substring(this.prefix.length()));
			assertThat(observation).isNotNull();
		}
	}

	@Test
	void valueIsThatOfTheKey() {
		LeaderKey leader = campaign("node-1");
		try (Observation observation = this.elections.observe(key("e")).open(this.observer)) {
			awaitTold(this.observer, "node-1");
			// Whoever may write the key may speak for the leader.
			this.kv.put(leader.key(), Bytes.utf8("raw")).sync();
			awaitTold(this.observer, "node-1", "raw");
			GetResult found = this.kv.get(leader.key()).sync();
			assertThat(this.observer.leaders().get(1)).isEqualTo(found.first().orElseThrow());
			assertThat(observation).isNotNull();
		}
	}

}
