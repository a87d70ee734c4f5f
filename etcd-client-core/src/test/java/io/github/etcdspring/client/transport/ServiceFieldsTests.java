/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.cluster.Member;
import io.github.etcdspring.client.cluster.MemberAdded;
import io.github.etcdspring.client.cluster.MemberList;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.lease.LeaseGrant;
import io.github.etcdspring.client.lease.LeaseList;
import io.github.etcdspring.client.lease.LeaseTimeToLive;
import io.github.etcdspring.client.maintenance.Alarm;
import io.github.etcdspring.client.maintenance.DowngradeInfo;
import io.github.etcdspring.client.maintenance.DowngradeResult;
import io.github.etcdspring.client.maintenance.HashKvResult;
import io.github.etcdspring.client.maintenance.HashResult;
import io.github.etcdspring.client.maintenance.MemberStatus;
import io.github.etcdspring.proto.AlarmRequest;
import io.github.etcdspring.proto.AlarmResponse;
import io.github.etcdspring.proto.AlarmType;
import io.github.etcdspring.proto.DefragmentResponse;
import io.github.etcdspring.proto.DowngradeRequest;
import io.github.etcdspring.proto.DowngradeResponse;
import io.github.etcdspring.proto.HashKVRequest;
import io.github.etcdspring.proto.HashKVResponse;
import io.github.etcdspring.proto.HashResponse;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseGrantResponse;
import io.github.etcdspring.proto.LeaseLeasesResponse;
import io.github.etcdspring.proto.LeaseRevokeRequest;
import io.github.etcdspring.proto.LeaseRevokeResponse;
import io.github.etcdspring.proto.LeaseStatus;
import io.github.etcdspring.proto.LeaseTimeToLiveRequest;
import io.github.etcdspring.proto.LeaseTimeToLiveResponse;
import io.github.etcdspring.proto.MemberAddRequest;
import io.github.etcdspring.proto.MemberAddResponse;
import io.github.etcdspring.proto.MemberListRequest;
import io.github.etcdspring.proto.MemberListResponse;
import io.github.etcdspring.proto.MemberUpdateRequest;
import io.github.etcdspring.proto.MemberUpdateResponse;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.StatusResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Each field of the lease, cluster and maintenance services, from the wire and to it,
 * those of servers too that are newer than any that can be had; and how a lease with an
 * id of the application's is repeated.
 */
@Timeout(60)
class ServiceFieldsTests {

	private static final ResponseHeader WIRE_HEADER = ResponseHeader.newBuilder()
		.setClusterId(-1)
		.setMemberId(-2)
		.setRevision(7)
		.setRaftTerm(3)
		.build();

	private static final Header HEADER = new Header(-1, -2, 7, 3);

	private static final Header NONE = new Header(0, 0, 0, 0);

	private static final io.github.etcdspring.proto.Member WIRE_MEMBER = io.github.etcdspring.proto.Member.newBuilder()
		.setID(-5)
		.setName("a")
		.addPeerURLs("http://p:1")
		.addPeerURLs("http://p:2")
		.addClientURLs("http://c:1")
		.setIsLearner(true)
		.build();

	private static final Member MEMBER = new Member(-5, "a", List.of("http://p:1", "http://p:2"), List.of("http://c:1"),
			true);

	private ScriptedServer server;

	private TestClient client;

	@BeforeEach
	void start() {
		this.server = ScriptedServer.start();
		this.client = TestClient.of(this.server.endpoint()).open();
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
	}

	private String answer(String service, MessageLite message) {
		String method = "etcdserverpb." + service;
		this.server.on(method, ScriptedServer.reply(message));
		return method;
	}

	private ScriptedServer.Exchange last(String method) {
		List<ScriptedServer.Exchange> calls = this.server.calls(method);
		return calls.get(calls.size() - 1);
	}

	@Test
	void statusOfEtcd36() {
		answer("Maintenance/Status", StatusResponse.newBuilder()
			.setHeader(WIRE_HEADER)
			.setVersion("3.6.1")
			.setDbSize(100)
			.setDbSizeInUse(50)
			.setLeader(-2)
			.setRaftIndex(9)
			.setRaftTerm(3)
			.setRaftAppliedIndex(8)
			.addErrors("one")
			.setIsLearner(true)
			.setStorageVersion("3.6.0")
			.setDbSizeQuota(2L << 30)
			.setDowngradeInfo(
					io.github.etcdspring.proto.DowngradeInfo.newBuilder().setEnabled(true).setTargetVersion("3.5.0"))
			.build());
		MemberStatus status = this.client.maintenance().status(this.server.endpoint()).sync();
		assertThat(status).isEqualTo(new MemberStatus(HEADER, "3.6.1", 100, 50, -2, 9, 3, 8, List.of("one"), true,
				"3.6.0", 2L << 30, new DowngradeInfo(true, "3.5.0")));
		assertThat(status.isLeader()).isTrue();
		assertThat(status).hasToString("MemberStatus[header=" + HEADER + ", version=3.6.1, dbSize=100, dbSizeInUse=50,"
				+ " leader=fffffffffffffffe, raftIndex=9, raftTerm=3, raftAppliedIndex=8, errors=[one],"
				+ " isLearner=true, storageVersion=3.6.0, dbSizeQuota=2147483648,"
				+ " downgradeInfo=DowngradeInfo[enabled=true, targetVersion=3.5.0]]");
	}

	@Test
	void statusOfAnOldServer() {
		answer("Maintenance/Status", StatusResponse.getDefaultInstance());
		MemberStatus status = this.client.maintenance().status(this.server.endpoint()).sync();
		assertThat(status).isEqualTo(
				new MemberStatus(NONE, "", 0, 0, 0, 0, 0, 0, List.of(), false, "", 0, new DowngradeInfo(false, "")));
		assertThat(status.isLeader()).isFalse();
	}

	@Test
	void hashes() {
		answer("Maintenance/Hash", HashResponse.newBuilder().setHeader(WIRE_HEADER).setHash(-1).build());
		assertThat(this.client.maintenance().hash(this.server.endpoint()).sync())
			.isEqualTo(new HashResult(HEADER, 0xFFFFFFFFL));
		String method = answer("Maintenance/HashKV",
				HashKVResponse.newBuilder()
					.setHeader(WIRE_HEADER)
					.setHash(-2)
					.setCompactRevision(4)
					.setHashRevision(6)
					.build());
		assertThat(this.client.maintenance().hashKv(this.server.endpoint()).revision(6).sync())
			.isEqualTo(new HashKvResult(HEADER, 0xFFFFFFFEL, 4, 6));
		assertThat(last(method).request(HashKVRequest.parser()).getRevision()).isEqualTo(6);
		// Like a serializable read, it is of use without a leader.
		assertThat(last(method).header("hasleader")).isNull();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.client.maintenance().hashKv(this.server.endpoint()).revision(-1))
			.withMessageContaining("'revision'")
			.withMessageContaining("-1");
	}

	@Test
	void defragmentHasNoHeaderAndIsSentOnce() {
		String method = answer("Maintenance/Defragment", DefragmentResponse.getDefaultInstance());
		assertThat(this.client.maintenance().defragment(this.server.endpoint()).sync()).isEqualTo(NONE);
		this.server.on(method, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: request timed out"));
		assertThatExceptionOfType(EtcdException.class)
			.isThrownBy(() -> this.client.maintenance().defragment(this.server.endpoint()).sync())
			.satisfies((ex) -> assertThat(ex.attempts()).isOne())
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
	}

	@Test
	void whatTakesLongHasTenMinutes() {
		ManualTimer timer = new ManualTimer();
		this.server.on("etcdserverpb.Maintenance/Defragment", ScriptedServer.SILENCE);
		this.server.on(ScriptedServer.MOVE_LEADER, ScriptedServer.SILENCE);
		try (TestClient slow = TestClient.of(this.server.endpoint()).timer(timer).open()) {
			List<CompletableFuture<?>> calls = List.of(slow.maintenance().defragment(this.server.endpoint()).async(),
					slow.maintenance().moveLeader(1).endpoint(this.server.endpoint()).async());
			CompletableFuture<?> own = slow.maintenance()
				.defragment(this.server.endpoint())
				.timeout(Duration.ofSeconds(2))
				.async();
			this.server.call("etcdserverpb.Maintenance/Defragment", 2);
			this.server.call(ScriptedServer.MOVE_LEADER, 1);
			timer.advance(Duration.ofSeconds(3));
			assertThat(own).failsWithin(Duration.ofSeconds(10));
			timer.advance(Duration.ofSeconds(590));
			assertThat(calls).noneMatch(CompletableFuture::isDone);
			timer.advance(Duration.ofSeconds(10));
			assertThat(calls).allSatisfy((call) -> assertThat(call).failsWithin(Duration.ofSeconds(10)));
		}
	}

	@Test
	void alarms() {
		String method = answer("Maintenance/Alarm", AlarmResponse.getDefaultInstance());
		assertThat(this.client.maintenance().disarm(-5, Alarm.Type.NO_SPACE).sync()).isEmpty();
		assertThat(last(method).request(AlarmRequest.parser())).isEqualTo(AlarmRequest.newBuilder()
			.setAction(AlarmRequest.AlarmAction.DEACTIVATE)
			.setMemberID(-5)
			.setAlarm(AlarmType.NOSPACE)
			.build());
		assertThat(this.client.maintenance().arm(-5, Alarm.Type.CORRUPT).sync()).isEmpty();
		assertThat(last(method).request(AlarmRequest.parser())).isEqualTo(AlarmRequest.newBuilder()
			.setAction(AlarmRequest.AlarmAction.ACTIVATE)
			.setMemberID(-5)
			.setAlarm(AlarmType.CORRUPT)
			.build());
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.maintenance().disarm(0, Alarm.Type.NO_SPACE))
			.withMessageContaining("'memberId'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.maintenance().disarm(1, Alarm.Type.OTHER))
			.withMessageContaining("disarmAll()");
	}

	@Test
	void downgrade() {
		String method = answer("Maintenance/Downgrade",
				DowngradeResponse.newBuilder().setHeader(WIRE_HEADER).setVersion("3.6.0").build());
		assertThat(this.client.maintenance().downgrade().validate("3.5.0").sync())
			.isEqualTo(new DowngradeResult(HEADER, "3.6.0"));
		this.client.maintenance().downgrade().enable("3.5.0").sync();
		this.client.maintenance().downgrade().cancel().sync();
		assertThat(this.server.calls(method)).extracting((call) -> call.request(DowngradeRequest.parser()))
			.containsExactly(downgrade(DowngradeRequest.DowngradeAction.VALIDATE, "3.5.0"),
					downgrade(DowngradeRequest.DowngradeAction.ENABLE, "3.5.0"),
					downgrade(DowngradeRequest.DowngradeAction.CANCEL, ""));
		this.server.on(method, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: request timed out"));
		assertThatExceptionOfType(EtcdException.class)
			.isThrownBy(() -> this.client.maintenance().downgrade().enable("3.5.0").sync())
			.satisfies((ex) -> assertThat(ex.attempts()).isOne())
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.maintenance().downgrade().enable(" "))
			.withMessageContaining("'version'");
	}

	private static DowngradeRequest downgrade(DowngradeRequest.DowngradeAction action, String version) {
		return DowngradeRequest.newBuilder().setAction(action).setVersion(version).build();
	}

	@Test
	void membersAreListed() {
		String method = answer("Cluster/MemberList",
				MemberListResponse.newBuilder().setHeader(WIRE_HEADER).addMembers(WIRE_MEMBER).build());
		assertThat(this.client.cluster().members().sync()).isEqualTo(new MemberList(HEADER, List.of(MEMBER)));
		assertThat(last(method).request(MemberListRequest.parser()).getLinearizable()).isTrue();
		assertThat(last(method).header("hasleader")).isEqualTo("true");
		this.client.cluster().members().serializable().sync();
		assertThat(last(method).request(MemberListRequest.parser()).getLinearizable()).isFalse();
		assertThat(last(method).header("hasleader")).isNull();
		assertThat(MEMBER).hasToString("Member[id=fffffffffffffffb, name=a, peerUrls=[http://p:1, http://p:2],"
				+ " clientUrls=[http://c:1], isLearner=true]");
	}

	@Test
	void membersAreAddedAndUpdatedOnce() {
		String add = answer("Cluster/MemberAdd",
				MemberAddResponse.newBuilder()
					.setHeader(WIRE_HEADER)
					.setMember(WIRE_MEMBER)
					.addMembers(WIRE_MEMBER)
					.build());
		assertThat(this.client.cluster().addLearner("http://p:1", "http://p:2").sync())
			.isEqualTo(new MemberAdded(HEADER, MEMBER, List.of(MEMBER)));
		assertThat(last(add).request(MemberAddRequest.parser())).isEqualTo(MemberAddRequest.newBuilder()
			.addPeerURLs("http://p:1")
			.addPeerURLs("http://p:2")
			.setIsLearner(true)
			.build());
		this.client.cluster().add("http://p:1").sync();
		assertThat(last(add).request(MemberAddRequest.parser()).getIsLearner()).isFalse();
		String update = answer("Cluster/MemberUpdate",
				MemberUpdateResponse.newBuilder().addMembers(WIRE_MEMBER).build());
		assertThat(this.client.cluster().update(-5, "http://p:3").sync())
			.isEqualTo(new MemberList(NONE, List.of(MEMBER)));
		assertThat(last(update).request(MemberUpdateRequest.parser()))
			.isEqualTo(MemberUpdateRequest.newBuilder().setID(-5).addPeerURLs("http://p:3").build());
		this.server.on(add, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: request timed out"));
		assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> this.client.cluster().add("http://p:1").sync())
			.satisfies((ex) -> assertThat(ex.attempts()).isOne())
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
	}

	@Test
	void argumentsOfTheClusterAreChecked() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.cluster().add())
			.withMessageContaining("'peerUrls'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.cluster().addLearner("http://p:1", " "))
			.withMessageContaining("'peerUrls'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.cluster().update(1))
			.withMessageContaining("'peerUrls'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.cluster().remove(0))
			.withMessageContaining("'id'");
	}

	@Test
	void timeToLiveOfTheNamespace() {
		String method = answer("Lease/LeaseTimeToLive",
				LeaseTimeToLiveResponse.newBuilder()
					.setHeader(WIRE_HEADER)
					.setID(-9)
					.setTTL(59)
					.setGrantedTTL(60)
					.addKeys(ByteString.copyFromUtf8("/ns/a"))
					.addKeys(ByteString.copyFromUtf8("/other/a"))
					.addKeys(ByteString.copyFromUtf8("/ns/b"))
					.build());
		assertThat(this.client.leases().timeToLive(-9).keys().sync())
			.isEqualTo(new LeaseTimeToLive(HEADER, -9, Optional.of(Duration.ofSeconds(59)), Duration.ofSeconds(60),
					List.of(Bytes.utf8("a"), Bytes.utf8("b"))));
		assertThat(last(method).request(LeaseTimeToLiveRequest.parser()))
			.isEqualTo(LeaseTimeToLiveRequest.newBuilder().setID(-9).setKeys(true).build());
		this.client.leases().timeToLive(-9).sync();
		assertThat(last(method).request(LeaseTimeToLiveRequest.parser()).getKeys()).isFalse();
	}

	@Test
	void leaseInItsLastSecondStillExists() {
		answer("Lease/LeaseTimeToLive", LeaseTimeToLiveResponse.newBuilder().setID(9).setGrantedTTL(5).build());
		assertThat(this.client.leases().timeToLive(9).sync()).satisfies((lease) -> {
			assertThat(lease.exists()).isTrue();
			assertThat(lease.remaining()).contains(Duration.ZERO);
		});
		answer("Lease/LeaseTimeToLive", LeaseTimeToLiveResponse.newBuilder().setID(9).setTTL(-1).build());
		assertThat(this.client.leases().timeToLive(9).sync().exists()).isFalse();
	}

	@Test
	void leasesAreListed() {
		answer("Lease/LeaseLeases",
				LeaseLeasesResponse.newBuilder()
					.setHeader(WIRE_HEADER)
					.addLeases(LeaseStatus.newBuilder().setID(5))
					.addLeases(LeaseStatus.newBuilder().setID(-5))
					.build());
		assertThat(this.client.leases().list().sync()).isEqualTo(new LeaseList(HEADER, List.of(5L, -5L)));
	}

	private static ScriptedServer.Step granted(long id) {
		return ScriptedServer
			.reply(LeaseGrantResponse.newBuilder().setHeader(WIRE_HEADER).setID(id).setTTL(60).build());
	}

	private static final ScriptedServer.Step TIMED_OUT = ScriptedServer.fail(Status.Code.UNAVAILABLE,
			"etcdserver: request timed out");

	private static final ScriptedServer.Step EXISTS = ScriptedServer.fail(Status.Code.FAILED_PRECONDITION,
			"etcdserver: lease already exists");

	@Test
	void grantWithAnIdIsSentAgain() {
		this.server.on(ScriptedServer.LEASE_GRANT, TIMED_OUT, granted(-7));
		assertThat(this.client.leases().grant(Duration.ofSeconds(60)).id(-7).sync())
			.isEqualTo(new LeaseGrant(HEADER, -7, Duration.ofSeconds(60)));
		assertThat(this.server.calls(ScriptedServer.LEASE_GRANT))
			.extracting((call) -> call.request(LeaseGrantRequest.parser()))
			.hasSize(2)
			.containsOnly(LeaseGrantRequest.newBuilder().setTTL(60).setID(-7).build());
	}

	@Test
	void grantWithoutAnIdHasARandomOneAndIsSentAgain() {
		this.server.on(ScriptedServer.LEASE_GRANT, TIMED_OUT, granted(5));
		assertThat(this.client.leases().grant(Duration.ofSeconds(60)).sync().id()).isEqualTo(5);
		List<Long> ids = grantedIds();
		assertThat(ids).hasSize(2).allMatch((id) -> id > 0).containsOnly(ids.get(0));
		this.client.leases().grant(Duration.ofSeconds(60)).sync();
		assertThat(grantedIds().get(2)).isNotEqualTo(ids.get(0));
	}

	@Test
	void leaseWhoseAnswerWasLostIsFound() {
		this.server.on(ScriptedServer.LEASE_GRANT, TIMED_OUT, EXISTS);
		answer("Lease/LeaseTimeToLive",
				LeaseTimeToLiveResponse.newBuilder().setHeader(WIRE_HEADER).setTTL(59).setGrantedTTL(61).build());
		LeaseGrant found = this.client.leases().grant(Duration.ofSeconds(60)).sync();
		assertThat(found).isEqualTo(new LeaseGrant(HEADER, grantedIds().get(0), Duration.ofSeconds(61)));
		this.server.on(ScriptedServer.LEASE_GRANT, TIMED_OUT, EXISTS);
		assertThat(this.client.leases().grant(Duration.ofSeconds(60)).async()).succeedsWithin(Duration.ofSeconds(20));
	}

	@Test
	void leaseThatCannotBeLookedForIsRevoked() {
		this.server.on(ScriptedServer.LEASE_GRANT, TIMED_OUT, EXISTS);
		this.server.on("etcdserverpb.Lease/LeaseTimeToLive",
				ScriptedServer.fail(Status.Code.INTERNAL, "thrown by a test"));
		answer("Lease/LeaseRevoke", LeaseRevokeResponse.getDefaultInstance());
		assertThatExceptionOfType(EtcdException.class)
			.isThrownBy(() -> this.client.leases().grant(Duration.ofSeconds(60)).sync())
			.satisfies((ex) -> {
				assertThat(ex.operation()).isEqualTo("lease_grant");
				assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
			});
		assertRevoked(1);
	}

	@Test
	void leaseThatMayHaveBeenGrantedIsRevoked() {
		this.server.on(ScriptedServer.LEASE_GRANT, ScriptedServer.SILENCE);
		answer("Lease/LeaseRevoke", LeaseRevokeResponse.getDefaultInstance());
		assertThatExceptionOfType(EtcdException.class)
			.isThrownBy(() -> this.client.leases().grant(Duration.ofSeconds(60)).timeout(Duration.ofMillis(300)).sync())
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
		assertRevoked(1);
		CompletableFuture<LeaseGrant> cancelled = this.client.leases().grant(Duration.ofSeconds(60)).async();
		this.server.call(ScriptedServer.LEASE_GRANT, 2);
		cancelled.cancel(true);
		assertRevoked(2);
	}

	@Test
	void leaseThatIsGrantedWhenTheRequestWasCancelledIsRevoked() throws Exception {
		LinkedBlockingQueue<Runnable> callbacks = new LinkedBlockingQueue<>();
		this.server.on(ScriptedServer.LEASE_GRANT, granted(5));
		answer("Lease/LeaseRevoke", LeaseRevokeResponse.getDefaultInstance());
		try (TestClient slow = TestClient.of(this.server.endpoint()).callbackExecutor(callbacks::add).open()) {
			CompletableFuture<LeaseGrant> cancelled = slow.leases().grant(Duration.ofSeconds(60)).async();
			Runnable answered = callbacks.poll(20, TimeUnit.SECONDS);
			cancelled.cancel(true);
			assertThat(answered).isNotNull();
			answered.run();
			assertRevoked(1);
		}
	}

	private void assertRevoked(int number) {
		assertThat(
				this.server.call("etcdserverpb.Lease/LeaseRevoke", number).request(LeaseRevokeRequest.parser()).getID())
			.isEqualTo(grantedIds().get(number - 1));
	}

	private List<Long> grantedIds() {
		return this.server.calls(ScriptedServer.LEASE_GRANT)
			.stream()
			.map((call) -> call.request(LeaseGrantRequest.parser()).getID())
			.toList();
	}

	@Test
	void leaseThatExistsIsSomebodyElsesOnlyIfNoAttemptBeforeMayHaveMadeIt() {
		this.server.on(ScriptedServer.LEASE_GRANT, EXISTS);
		assertThatExceptionOfType(EtcdException.class)
			.isThrownBy(() -> this.client.leases().grant(Duration.ofSeconds(60)).id(7).sync())
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.LEASE_EXISTS))
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED));
		this.server.on(ScriptedServer.LEASE_GRANT, TIMED_OUT, EXISTS);
		assertThatExceptionOfType(EtcdException.class)
			.isThrownBy(() -> this.client.leases().grant(Duration.ofSeconds(60)).id(7).sync())
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.LEASE_EXISTS))
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN))
			.satisfies((ex) -> assertThat(ex.attempts()).isEqualTo(2));
		// A refusal before anything was proposed makes no lease.
		this.server.on(ScriptedServer.LEASE_GRANT,
				ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"), EXISTS);
		assertThatExceptionOfType(EtcdException.class)
			.isThrownBy(() -> this.client.leases().grant(Duration.ofSeconds(60)).id(7).sync())
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED));
	}

	@Test
	void grantWithAnIdThatEndsWithoutAnAnswerIsUnknown() {
		this.server.on(ScriptedServer.LEASE_GRANT, ScriptedServer.SILENCE);
		assertThatExceptionOfType(EtcdException.class).isThrownBy(
				() -> this.client.leases().grant(Duration.ofSeconds(60)).id(7).timeout(Duration.ofMillis(300)).sync())
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN))
			.withMessageContaining("outcome UNKNOWN");
		this.server.on(ScriptedServer.LEASE_GRANT, TIMED_OUT);
		assertThatExceptionOfType(EtcdException.class).isThrownBy(
				() -> this.client.leases().grant(Duration.ofSeconds(60)).id(7).timeout(Duration.ofMillis(300)).sync())
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
	}

	@Test
	void idZeroCannotBeChosen() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.leases().grant(Duration.ofSeconds(60)).id(0))
			.withMessageContaining("'id' must not be 0")
			.withMessageContaining("leave it out");
	}

	@Test
	void errorInsideAnAnswerIsAnError() {
		this.server.on(ScriptedServer.LEASE_GRANT,
				ScriptedServer.reply(LeaseGrantResponse.newBuilder().setError("no lease today").build()));
		assertThatExceptionOfType(EtcdException.class)
			.isThrownBy(() -> this.client.leases().grant(Duration.ofSeconds(60)).sync())
			.withMessageContaining("no lease today");
	}

}
