/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;
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
import io.github.etcdspring.client.election.LeaderResult;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.LeaseNotFoundException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.transport.Request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * The election service of the server.
 */
abstract class ElectionConformance extends Conformance {

	private ElectionService elections;

	private long lease;

	private long other;

	@BeforeEach
	void grantLeases() {
		this.elections = this.etcd.electionService();
		this.lease = grant();
		this.other = grant();
	}

	@AfterEach
	void revokeLeases() {
		this.etcd.leases().revoke(this.other).sync();
	}

	private long grant() {
		return this.etcd.leases().grant(LONG).sync().id();
	}

	private void revoke() {
		this.etcd.leases().revoke(this.lease).sync();
	}

	private LeaderKey campaign(String value) {
		return this.elections.campaign(key("e"), this.lease, value).timeout(SOON).sync().leader();
	}

	private String leader() {
		return this.elections.leader(key("e")).sync().keyValue().valueAsUtf8();
	}

	/** Stand, and wait until the server has queued the candidate. */
	private CompletableFuture<CampaignResult> queue(String value) {
		long before = candidates();
		CompletableFuture<CampaignResult> waiting = this.elections.campaign(key("e"), this.other, value).async();
		await().atMost(SOON).until(() -> candidates() == before + 1);
		assertThat(waiting).isNotDone();
		return waiting;
	}

	private long candidates() {
		return this.kv.get(KeyRange.prefix(key("e/"))).countOnly().sync().count();
	}

	private void assertFails(Request<?> request, Reason reason) {
		EtcdException failure = failureOf(request);
		assertThat(failure).isExactlyInstanceOf(EtcdException.class);
		assertThat(failure.reason()).isEqualTo(reason);
		assertThat(failure.isRetryable()).isFalse();
	}

	@Test
	void leadershipIsAKeyOnTheLease() {
		CampaignResult won = this.elections.campaign(key("e"), this.lease, "node-1").timeout(SOON).sync();
		LeaderKey leader = won.leader();
		assertThat(leader.name().asUtf8()).isEqualTo(key("e"));
		assertThat(leader.key().asUtf8()).isEqualTo(key("e/") + Long.toHexString(this.lease));
		assertThat(leader.lease()).isEqualTo(this.lease);
		assertThat(won.header().memberId()).isNotZero();
		KeyValue found = this.kv.get(leader.key()).sync().first().orElseThrow();
		assertThat(found.createRevision()).isEqualTo(leader.revision());
		assertThat(found.lease()).isEqualTo(this.lease);
		LeaderResult seen = this.elections.leader(key("e")).sync();
		assertThat(seen.keyValue()).isEqualTo(found);
		assertThat(seen.header().revision()).isGreaterThanOrEqualTo(leader.revision());
		revoke();
	}

	@Test
	void leaderMayFenceItsWrites() {
		LeaderKey leader = campaign("node-1");
		Compare fence = Compare.createRevision(leader.key()).isEqualTo(leader.revision());
		assertThat(this.kv.txn().when(fence).then(Op.put(key("report"), "1")).sync().succeeded()).isTrue();
		this.elections.resign(leader).sync();
		assertThat(this.kv.txn().when(fence).then(Op.put(key("report"), "2")).sync().succeeded()).isFalse();
		revoke();
	}

	@Test
	void proclaimReplacesTheValue() {
		LeaderKey leader = campaign("node-1");
		long revision = this.elections.proclaim(leader, "busy").sync().revision();
		assertThat(leader()).isEqualTo("busy");
		KeyValue found = this.kv.get(leader.key()).sync().first().orElseThrow();
		assertThat(found.modRevision()).isEqualTo(revision);
		assertThat(found.createRevision()).isEqualTo(leader.revision());
		assertThat(found.lease()).isEqualTo(this.lease);
		revoke();
	}

	@Test
	void standingAgainReplacesTheValue() {
		LeaderKey first = campaign("node-1");
		LeaderKey again = campaign("node-1, again");
		assertThat(again).isEqualTo(first);
		assertThat(leader()).isEqualTo("node-1, again");
		assertThat(candidates()).isEqualTo(1);
		revoke();
	}

	@Test
	void nobodyLeadsBeforeAndAfter() {
		assertFails(this.elections.leader(key("e")), Reason.ELECTION_NO_LEADER);
		LeaderKey leader = campaign("node-1");
		assertThat(leader()).isEqualTo("node-1");
		this.elections.resign(leader).sync();
		assertFails(this.elections.leader(key("e")), Reason.ELECTION_NO_LEADER);
		revoke();
	}

	@Test
	void resigningMakesTheNextCandidateTheLeader() {
		LeaderKey first = campaign("node-1");
		CompletableFuture<CampaignResult> second = queue("node-2");
		assertThat(leader()).isEqualTo("node-1");
		this.elections.resign(first).sync();
		assertThat(second).succeedsWithin(SOON);
		assertThat(leader()).isEqualTo("node-2");
		assertThat(second.join().leader().revision()).isGreaterThan(first.revision());
		// The first one again, which is not the leader any more.
		assertThat(this.elections.resign(first).sync().memberId()).isNotZero();
		assertThat(leader()).isEqualTo("node-2");
		revoke();
	}

	@Test
	void whoHasLostCannotProclaim() {
		LeaderKey first = campaign("node-1");
		CompletableFuture<CampaignResult> second = queue("node-2");
		revoke();
		assertThat(second).succeedsWithin(SOON);
		assertFails(this.elections.proclaim(first, "still here"), Reason.ELECTION_NOT_LEADER);
		assertThat(leader()).isEqualTo("node-2");
	}

	@Test
	void candidateWhoseLeaseEndsIsToldThatItWonAndHasNotAllTheSame() {
		LeaderKey first = campaign("node-1");
		CompletableFuture<CampaignResult> waiting = queue("node-2");
		this.etcd.leases().revoke(this.other).sync();
		this.other = grant();
		this.elections.resign(first).sync();
		assertThat(waiting).succeedsWithin(SOON);
		LeaderKey ghost = waiting.join().leader();
		assertFails(this.elections.leader(key("e")), Reason.ELECTION_NO_LEADER);
		assertFails(this.elections.proclaim(ghost, "here"), Reason.ELECTION_NOT_LEADER);
		assertThat(this.kv.txn()
			.when(Compare.createRevision(ghost.key()).isEqualTo(ghost.revision()))
			.then(Op.put(key("report"), "1"))
			.sync()
			.succeeded()).isFalse();
		revoke();
	}

	@Test
	void cancelledCandidateLeavesTheQueue() {
		LeaderKey first = campaign("node-1");
		CompletableFuture<CampaignResult> waiting = queue("node-2");
		waiting.cancel(true);
		await().atMost(SOON).until(() -> candidates() == 1);
		this.elections.resign(first).sync();
		assertFails(this.elections.leader(key("e")), Reason.ELECTION_NO_LEADER);
		revoke();
	}

	@Test
	void leaseThatDoesNotExistIsReported() {
		revoke();
		assertRefused(this.elections.campaign(key("e"), this.lease, "node-1"), LeaseNotFoundException.class,
				Reason.LEASE_NOT_FOUND);
		assertThat(candidates()).isZero();
	}

	@Test
	void electionBelowAnotherOneIsAnotherOne() {
		LeaderKey leader = campaign("node-1");
		Bytes name = Bytes.utf8(key("e2"));
		assertThat(this.elections.campaign(name, this.other, bytes(0xFF, 0)).timeout(SOON).sync().leader().name())
			.isEqualTo(name);
		assertThat(this.elections.leader(name).sync().keyValue().value()).isEqualTo(bytes(0xFF, 0));
		assertThat(leader()).isEqualTo("node-1");
		this.elections.resign(leader).sync();
		revoke();
	}

	@Test
	void namespaceIsPutBeforeTheNameAndTakenOffTheKey() {
		try (EtcdClient client = newClient().namespace(this.prefix).build()) {
			ElectionService inside = client.electionService();
			LeaderKey leader = inside.campaign("e", this.lease, "node-1").timeout(SOON).sync().leader();
			assertThat(leader.name().asUtf8()).isEqualTo("e");
			assertThat(leader.key().asUtf8()).isEqualTo("e/" + Long.toHexString(this.lease));
			assertThat(inside.leader("e").sync().keyValue().key()).isEqualTo(leader.key());
			assertThat(leader()).isEqualTo("node-1");
			inside.proclaim(leader, "busy").sync();
			assertThat(leader()).isEqualTo("busy");
			inside.resign(leader).sync();
			assertFails(inside.leader("e"), Reason.ELECTION_NO_LEADER);
		}
		revoke();
	}

	@Test
	void argumentsAreChecked() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.elections.campaign("e", 0, "v"))
			.withMessageContaining("'leaseId'")
			.withMessageContaining("grant a lease");
		assertThatIllegalArgumentException().isThrownBy(() -> this.elections.campaign("", 1, "v"))
			.withMessageContaining("'name'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.elections.leader(""))
			.withMessageContaining("'name'");
		Bytes any = Bytes.utf8("any");
		for (LeaderKey wrong : List.of(new LeaderKey(any, Bytes.EMPTY, 1, 1), new LeaderKey(Bytes.EMPTY, any, 1, 1),
				new LeaderKey(any, any, 0, 1), new LeaderKey(any, any, -1, 1), new LeaderKey(any, any, 1, 0))) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.elections.resign(wrong))
				.withMessageContaining("'leader'");
			assertThatIllegalArgumentException().isThrownBy(() -> this.elections.proclaim(wrong, "v"))
				.withMessageContaining("'leader'");
		}
		revoke();
	}

}
