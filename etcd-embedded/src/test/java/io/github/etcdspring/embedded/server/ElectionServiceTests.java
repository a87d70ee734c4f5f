/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.grpc.Status;
import io.grpc.Status.Code;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.TestCalls;
import io.github.etcdspring.embedded.TestCalls.Received;
import io.github.etcdspring.proto.CampaignRequest;
import io.github.etcdspring.proto.CampaignResponse;
import io.github.etcdspring.proto.ElectionGrpc;
import io.github.etcdspring.proto.LeaderKey;
import io.github.etcdspring.proto.LeaderRequest;
import io.github.etcdspring.proto.LeaderResponse;
import io.github.etcdspring.proto.ProclaimRequest;
import io.github.etcdspring.proto.ResignRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ElectionService}.
 */
class ElectionServiceTests {

	private final EmbeddedEtcd etcd = EmbeddedEtcd.start();

	private final TestCalls calls = TestCalls.to(this.etcd);

	@AfterEach
	void stop() {
		this.calls.close();
		this.etcd.close();
	}

	private ElectionGrpc.ElectionBlockingStub elections() {
		return this.calls.blocking(ElectionGrpc::newBlockingStub);
	}

	private static CampaignRequest request(long lease, String value) {
		return CampaignRequest.newBuilder()
			.setName(TestCalls.bytes("e"))
			.setLease(lease)
			.setValue(TestCalls.bytes(value))
			.build();
	}

	private LeaderKey campaign(long lease, String value) {
		return elections().campaign(request(lease, value)).getLeader();
	}

	private Future<CampaignResponse> queue(long lease, String value) {
		long before = this.calls.get("e/", "e0").getCount();
		Future<CampaignResponse> waiting = this.calls.stub(ElectionGrpc::newFutureStub).campaign(request(lease, value));
		awaitKeys(before + 1);
		return waiting;
	}

	private void awaitKeys(long count) {
		await().until(() -> this.calls.get("e/", "e0").getCount(), (found) -> found == count);
	}

	private long proclaim(LeaderKey leader, String value) {
		return elections()
			.proclaim(ProclaimRequest.newBuilder().setLeader(leader).setValue(TestCalls.bytes(value)).build())
			.getHeader()
			.getRevision();
	}

	private long resign(LeaderKey leader) {
		return elections().resign(ResignRequest.newBuilder().setLeader(leader).build()).getHeader().getRevision();
	}

	private String leader() {
		return elections().leader(LeaderRequest.newBuilder().setName(TestCalls.bytes("e")).build())
			.getKv()
			.getValue()
			.toStringUtf8();
	}

	private Received<LeaderResponse> observe() {
		Received<LeaderResponse> received = new Received<>();
		this.calls.stub(ElectionGrpc::newStub)
			.observe(LeaderRequest.newBuilder().setName(TestCalls.bytes("e")).build(), received);
		return received;
	}

	private static void assertTold(Received<LeaderResponse> received, String value, long revision) throws Exception {
		LeaderResponse told = received.next();
		assertThat(told.getKv().getValue().toStringUtf8()).isEqualTo(value);
		assertThat(told.getHeader().getRevision()).isEqualTo(revision);
	}

	@Test
	void firstCampaignWins() {
		long lease = this.calls.lease();
		LeaderKey leader = campaign(lease, "node-1");
		assertThat(leader).isEqualTo(LeaderKey.newBuilder()
			.setName(TestCalls.bytes("e"))
			.setKey(TestCalls.bytes("e/" + Long.toHexString(lease)))
			.setRev(2)
			.setLease(lease)
			.build());
		assertThat(leader()).isEqualTo("node-1");
	}

	@Test
	void leaderThatCampaignsAgainProclaims() {
		long lease = this.calls.lease();
		LeaderKey first = campaign(lease, "node-1");
		assertThat(campaign(lease, "node-1")).isEqualTo(first);
		assertThat(this.calls.get("e/", "e0").getHeader().getRevision()).isEqualTo(2);
		CampaignResponse again = elections().campaign(request(lease, "node-1 again"));
		assertThat(again.getLeader()).isEqualTo(first);
		assertThat(again.getHeader().getRevision()).isEqualTo(2);
		assertThat(leader()).isEqualTo("node-1 again");
	}

	@Test
	void unknownLeaseIsRefusedWithoutItsCode() {
		TestCalls.assertFails(() -> campaign(4711, "v"), Code.UNKNOWN, "etcdserver: requested lease not found");
	}

	@Test
	void withoutLeaseOneIsGranted() {
		assertThat(campaign(0, "v").getLease()).isPositive();
	}

	@Test
	void resignedLeaderIsFollowedByTheNext() throws Exception {
		LeaderKey first = campaign(this.calls.lease(), "node-1");
		Future<CampaignResponse> second = queue(this.calls.lease(), "node-2");
		Future<CampaignResponse> third = queue(this.calls.lease(), "node-3");
		assertThat(leader()).isEqualTo("node-1");
		assertThat(resign(first)).isEqualTo(5);
		CampaignResponse won = second.get(10, TimeUnit.SECONDS);
		assertThat(won.getLeader().getRev()).isEqualTo(3);
		assertThat(won.getHeader().getRevision()).isEqualTo(3);
		assertThat(leader()).isEqualTo("node-2");
		assertThat(third.isDone()).isFalse();
		assertThat(resign(first)).isEqualTo(5);
	}

	@Test
	void campaignThatIsCancelledLeavesNoKey() throws Exception {
		campaign(this.calls.lease(), "node-1");
		Future<CampaignResponse> waiting = queue(this.calls.lease(), "node-2");
		waiting.cancel(true);
		awaitKeys(1);
		assertThat(leader()).isEqualTo("node-1");
	}

	@Test
	void campaignWhoseKeyIsGoneWinsAllTheSame() throws Exception {
		LeaderKey first = campaign(this.calls.lease(), "node-1");
		long lease = this.calls.lease();
		Future<CampaignResponse> waiting = queue(lease, "node-2");
		this.calls.revoke(lease);
		resign(first);
		LeaderKey ghost = waiting.get(10, TimeUnit.SECONDS).getLeader();
		TestCalls.assertFails(this::leader, Code.UNKNOWN, "election: no leader");
		TestCalls.assertFails(() -> proclaim(ghost.toBuilder().setLease(this.calls.lease()).build(), "v"), Code.UNKNOWN,
				"election: not leader");
	}

	@Test
	void onlyTheLeaderProclaims() {
		LeaderKey leader = campaign(this.calls.lease(), "node-1");
		assertThat(proclaim(leader, "busy")).isEqualTo(3);
		assertThat(leader()).isEqualTo("busy");
		TestCalls.assertFails(() -> proclaim(leader.toBuilder().setRev(1).build(), "v"), Code.UNKNOWN,
				"election: not leader");
		TestCalls.assertFails(() -> proclaim(leader.toBuilder().setLease(77).build(), "v"), Code.UNKNOWN,
				"etcdserver: requested lease not found");
		TestCalls.assertFails(() -> proclaim(LeaderKey.getDefaultInstance(), "v"), Code.UNKNOWN,
				"etcdserver: key is not provided");
		TestCalls.assertFails(() -> elections().proclaim(ProclaimRequest.getDefaultInstance()), Code.UNKNOWN,
				"\"leader\" field must be provided");
		TestCalls.assertFails(() -> elections().resign(ResignRequest.getDefaultInstance()), Code.UNKNOWN,
				"\"leader\" field must be provided");
	}

	@Test
	void nobodyLeadsBeforeACampaign() {
		TestCalls.assertFails(this::leader, Code.UNKNOWN, "election: no leader");
	}

	@Test
	void observerIsToldOfEveryLeaderAndProclamation() throws Exception {
		Received<LeaderResponse> early = observe();
		LeaderKey first = campaign(this.calls.lease(), "node-1");
		assertTold(early, "node-1", 2);
		Received<LeaderResponse> late = observe();
		assertTold(late, "node-1", 2);
		this.calls.put("other", "v");
		proclaim(first, "busy");
		assertTold(early, "busy", 4);
		assertTold(late, "busy", 4);
		Future<CampaignResponse> second = queue(this.calls.lease(), "node-2");
		resign(first);
		assertTold(early, "node-2", 6);
		assertTold(late, "node-2", 6);
		resign(second.get(10, TimeUnit.SECONDS).getLeader());
		campaign(this.calls.lease(), "node-3");
		assertTold(early, "node-3", 8);
		assertThat(late.next().getKv().getCreateRevision()).isEqualTo(8);
	}

	@Test
	void observerWithoutPermissionEndsWithoutAWord() throws Exception {
		this.calls.enableAuth();
		assertThat(observe().end()).isEqualTo(Status.OK);
	}

}
