/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.NoLeaderException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.maintenance.Alarm;
import io.github.etcdspring.proto.AlarmMember;
import io.github.etcdspring.proto.AlarmRequest;
import io.github.etcdspring.proto.AlarmRequest.AlarmAction;
import io.github.etcdspring.proto.AlarmResponse;
import io.github.etcdspring.proto.Member;
import io.github.etcdspring.proto.MemberListRequest;
import io.github.etcdspring.proto.MemberListResponse;
import io.github.etcdspring.proto.MoveLeaderRequest;
import io.github.etcdspring.proto.MoveLeaderResponse;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.StatusResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * The requests that are several calls: taking the endpoints from the members, ending all
 * alarms, and moving the leader.
 */
@Timeout(60)
class CompositeRequestTests extends ThreeServersFixture {

	private static final Duration SOON = Duration.ofSeconds(10);

	private TestClient client() {
		return TestClient.of(endpoint(0), endpoint(1), endpoint(2)).open();
	}

	private static Member member(String name, boolean learner, String... clientUrls) {
		return Member.newBuilder()
			.setID(0xABCDEF0123456789L)
			.setName(name)
			.setIsLearner(learner)
			.addAllClientURLs(List.of(clientUrls))
			.build();
	}

	private static MemberListResponse members(Member... members) {
		return MemberListResponse.newBuilder().addAllMembers(List.of(members)).build();
	}

	@Test
	void syncTakesTheStartedVotersOfTheClientsScheme() {
		server(0).on(ScriptedServer.MEMBER_LIST,
				ScriptedServer.reply(members(member("b", false, endpoint(1), "https://127.0.0.1:1"),
						member("", false, "http://127.0.0.1:2"), member("learner", true, "http://127.0.0.1:3"),
						member("c", false, "unix:///run/etcd", endpoint(2)), member("d", false, endpoint(2)))));
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			assertThat(client.cluster().sync().sync()).containsExactly(endpoint(1), endpoint(2));
			assertThat(client.transport().endpointNames()).containsExactly(endpoint(1), endpoint(2));
			client.kv().put("k", "v").sync();
			assertThat(server(1).count(ScriptedServer.PUT)).isOne();
			ScriptedServer.Exchange call = server(0).call(ScriptedServer.MEMBER_LIST, 1);
			assertThat(call.request(MemberListRequest.parser()).getLinearizable()).isTrue();
			assertThat(call.header("hasleader")).isEqualTo("true");
			await().untilAsserted(() -> assertThat(server(0).openConnections()).isZero());
		}
	}

	@Test
	void syncWorksAsynchronously() {
		server(0).on(ScriptedServer.MEMBER_LIST, ScriptedServer.reply(members(member("b", false, endpoint(1)))));
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			assertThat(client.cluster().sync().async()).succeedsWithin(SOON).isEqualTo(List.of(endpoint(1)));
			assertThat(client.transport().endpointNames()).containsExactly(endpoint(1));
		}
	}

	@Test
	void syncWithoutAResultLeavesTheEndpointsAndSaysWhy() {
		for (MessageLite answer : List.of(members(), members(member("", false, endpoint(1))),
				members(member("a", false, "https://127.0.0.1:1")), members(member("a", false, "http://a b:1")))) {
			server(0).on(ScriptedServer.MEMBER_LIST, ScriptedServer.reply(answer));
			try (TestClient client = TestClient.of(endpoint(0)).open()) {
				assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.cluster().sync().sync())
					.satisfies(CompositeRequestTests::assertNotSynced)
					.withMessageContaining("client URL")
					.withMessageContaining("the endpoints remain as they were");
				assertThat(client.cluster().sync().async()).failsWithin(SOON)
					.withThrowableOfType(ExecutionException.class)
					.havingCause()
					.isInstanceOfSatisfying(EtcdException.class, CompositeRequestTests::assertNotSynced);
				assertThat(client.transport().endpointNames()).containsExactly(endpoint(0));
			}
		}
	}

	private static void assertNotSynced(EtcdException ex) {
		assertThat(ex.operation()).isEqualTo("sync");
		assertThat(ex.status()).isEqualTo(StatusCode.FAILED_PRECONDITION);
		assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
		assertThat(ex.isRetryable()).isFalse();
	}

	@Test
	void syncFailsWithWhatItsCallFailsWith() {
		server(0).on(ScriptedServer.MEMBER_LIST,
				ScriptedServer.fail(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"));
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			assertThatExceptionOfType(PermissionDeniedException.class).isThrownBy(() -> client.cluster().sync().sync())
				.satisfies((ex) -> assertThat(ex.operation()).isEqualTo("member_list"))
				// The stack that helps is the caller's.
				.satisfies((ex) -> assertThat(ex.getStackTrace()).extracting(StackTraceElement::getClassName)
					.contains(CompositeRequestTests.class.getName()));
			assertThat(client.cluster().sync().async()).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.withCauseExactlyInstanceOf(PermissionDeniedException.class);
		}
	}

	@Test
	void cancellingTheWholeTakesItsCallOffTheWire() throws Exception {
		server(0).on(ScriptedServer.MEMBER_LIST, ScriptedServer.SILENCE);
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			CompletableFuture<List<String>> sync = client.cluster().sync().async();
			ScriptedServer.Exchange call = server(0).call(ScriptedServer.MEMBER_LIST, 1);
			sync.cancel(true);
			call.cancelled().get(10, TimeUnit.SECONDS);
			assertThat(sync).isCancelled();
		}
	}

	@Test
	void deadlineIsOneForAllCalls() {
		server(0).on(ScriptedServer.ALARM, ScriptedServer.reply(alarms(alarm(1, 1), alarm(2, 1))),
				ScriptedServer.reply(alarms(alarm(1, 1))), ScriptedServer.SILENCE);
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			long begin = System.nanoTime();
			assertThatExceptionOfType(EtcdTimeoutException.class)
				.isThrownBy(() -> client.maintenance().disarmAll().timeout(Duration.ofMillis(600)).sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(500), Duration.ofMillis(3_000));
		}
	}

	@Test
	void closingTheClientEndsTheWhole() {
		server(0).on(ScriptedServer.MEMBER_LIST, ScriptedServer.SILENCE);
		CompletableFuture<List<String>> sync;
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			sync = client.cluster().sync().async();
			server(0).call(ScriptedServer.MEMBER_LIST, 1);
		}
		assertThat(sync).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseExactlyInstanceOf(ClientClosedException.class);
	}

	private static AlarmMember alarm(long memberId, int type) {
		return AlarmMember.newBuilder().setMemberID(memberId).setAlarmValue(type).build();
	}

	private static AlarmResponse alarms(AlarmMember... alarms) {
		return AlarmResponse.newBuilder().addAllAlarms(List.of(alarms)).build();
	}

	@Test
	void disarmAllEndsEachAlarmThatThereIs() {
		server(0).on(ScriptedServer.ALARM,
				ScriptedServer.reply(alarms(alarm(5, 1), alarm(0, 0), alarm(-1, 2), alarm(6, 9))), (exchange) -> {
					AlarmRequest request = exchange.request(AlarmRequest.parser());
					exchange.reply(alarms(alarm(request.getMemberID(), request.getAlarmValue())));
				});
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			assertThat(client.maintenance().disarmAll().sync()).containsExactly(new Alarm(5, Alarm.Type.NO_SPACE),
					new Alarm(-1, Alarm.Type.CORRUPT), new Alarm(6, Alarm.Type.OTHER));
		}
		List<AlarmRequest> requests = server(0).calls(ScriptedServer.ALARM)
			.stream()
			.map((exchange) -> exchange.request(AlarmRequest.parser()))
			.toList();
		assertThat(requests).containsExactly(AlarmRequest.getDefaultInstance(), deactivate(5, 1), deactivate(-1, 2),
				deactivate(6, 9));
	}

	private static AlarmRequest deactivate(long memberId, int type) {
		return AlarmRequest.newBuilder()
			.setAction(AlarmAction.DEACTIVATE)
			.setMemberID(memberId)
			.setAlarmValue(type)
			.build();
	}

	@Test
	void disarmAllThatEndsHalfWayIsNotSaidToBeNotApplied() {
		ScriptedServer.Step refusal = ScriptedServer.fail(Status.Code.PERMISSION_DENIED,
				"etcdserver: permission denied");
		server(0).on(ScriptedServer.ALARM, ScriptedServer.reply(alarms(alarm(5, 1), alarm(6, 1))),
				ScriptedServer.reply(alarms(alarm(5, 1))), refusal);
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			assertThatExceptionOfType(PermissionDeniedException.class)
				.isThrownBy(() -> client.maintenance().disarmAll().sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN))
				.withMessageContaining("after 1 alarms were disarmed");
		}
		server(0).on(ScriptedServer.ALARM, ScriptedServer.reply(alarms(alarm(5, 1))), refusal);
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			assertThat(client.maintenance().disarmAll().async()).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.havingCause()
				.isInstanceOfSatisfying(PermissionDeniedException.class,
						(ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED));
		}
	}

	private void status(int index, long memberId, long leader) {
		server(index).on(ScriptedServer.STATUS,
				ScriptedServer.reply(StatusResponse.newBuilder()
					.setHeader(ResponseHeader.newBuilder().setMemberId(memberId))
					.setLeader(leader)
					.build()));
	}

	private void acceptMoves() {
		this.servers.forEach((server) -> server.on(ScriptedServer.MOVE_LEADER,
				ScriptedServer.reply(MoveLeaderResponse.getDefaultInstance())));
	}

	private int[] moves() {
		return this.servers.stream().mapToInt((server) -> server.count(ScriptedServer.MOVE_LEADER)).toArray();
	}

	@Test
	void moveLeaderAsksTheLeader() {
		status(0, 1, -2);
		status(1, -2, -2);
		status(2, 3, -2);
		acceptMoves();
		try (TestClient client = client()) {
			// Its header is absent on the wire.
			assertThat(client.maintenance().moveLeader(-3).sync()).isEqualTo(new Header(0, 0, 0, 0));
			assertThat(client.maintenance().moveLeader(1).async()).succeedsWithin(SOON);
		}
		assertThat(moves()).containsExactly(0, 2, 0);
		ScriptedServer.Exchange call = server(1).call(ScriptedServer.MOVE_LEADER, 1);
		assertThat(call.request(MoveLeaderRequest.parser()).getTargetID()).isEqualTo(-3);
		assertThat(call.header("hasleader")).isEqualTo("true");
	}

	@Test
	void moveLeaderAsksTheEndpointThatIsNamed() {
		acceptMoves();
		try (TestClient client = client()) {
			client.maintenance().moveLeader(1).endpoint(endpoint(2)).sync();
			assertThat(moves()).containsExactly(0, 0, 1);
			assertThat(server(0).count(ScriptedServer.STATUS)).isZero();
			assertThatIllegalArgumentException()
				.isThrownBy(() -> client.maintenance().moveLeader(1).endpoint("http://127.0.0.1:1"))
				.withMessageContaining("'endpoint'");
			assertThatIllegalArgumentException().isThrownBy(() -> client.maintenance().moveLeader(0))
				.withMessageContaining("'targetMemberId'");
		}
	}

	@Test
	void moveLeaderPassesOverMembersThatAreDown() {
		status(2, 3, 3);
		acceptMoves();
		String down = endpoint(0);
		server(0).close();
		try (TestClient client = TestClient.of(down, endpoint(2)).connectTimeout(Duration.ofMillis(300)).open()) {
			client.maintenance().moveLeader(1).sync();
		}
		assertThat(moves()).containsExactly(0, 0, 1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void moveLeaderDoesNotWaitLongForMembersThatAreDown(boolean silent) throws Exception {
		status(2, 3, 3);
		acceptMoves();
		String refusing = endpoint(0);
		server(0).close();
		try (TcpRelay hole = TcpRelay.blackHole();
				TestClient client = TestClient.of(silent ? hole.endpoint() : refusing, endpoint(2)).open()) {
			long begin = System.nanoTime();
			client.maintenance().moveLeader(1).sync();
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofSeconds(3));
		}
		assertThat(moves()).containsExactly(0, 0, 1);
	}

	@Test
	void moveLeaderAsksASlowMemberAgain() {
		status(0, 1, 2);
		server(1).on(ScriptedServer.STATUS, ScriptedServer.SILENCE,
				ScriptedServer.reply(StatusResponse.newBuilder()
					.setHeader(ResponseHeader.newBuilder().setMemberId(2))
					.setLeader(2)
					.build()));
		status(2, 3, 2);
		acceptMoves();
		try (TestClient client = client()) {
			client.maintenance().moveLeader(1).sync();
		}
		assertThat(moves()).containsExactly(0, 1, 0);
		assertThat(server(0).count(ScriptedServer.STATUS) + server(2).count(ScriptedServer.STATUS)).isEqualTo(2);
	}

	@Test
	void moveLeaderIsNotSentWhereNobodyIsTheLeader() {
		status(0, 1, 0xF000000000000000L);
		status(1, 2, 0);
		status(2, 0, 0);
		acceptMoves();
		try (TestClient client = client()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.maintenance().moveLeader(1).sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.NOT_LEADER);
					assertThat(ex.operation()).isEqualTo("move_leader");
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
				})
				.withMessageContaining(endpoint(0) + ": the leader is member f000000000000000")
				.withMessageContaining(endpoint(1) + ": sees no leader");
			status(0, 1, 0);
			assertThatExceptionOfType(NoLeaderException.class)
				.isThrownBy(() -> client.maintenance().moveLeader(1).sync())
				.satisfies((ex) -> assertThat(ex.isRetryable()).isTrue());
		}
		assertThat(moves()).containsExactly(0, 0, 0);
	}

	@Test
	void moveLeaderDoesNotSearchOnAfterARefusal() {
		server(0).on(ScriptedServer.STATUS,
				ScriptedServer.fail(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"));
		try (TestClient client = client()) {
			assertThatExceptionOfType(PermissionDeniedException.class)
				.isThrownBy(() -> client.maintenance().moveLeader(1).sync());
		}
		assertThat(server(1).count(ScriptedServer.STATUS)).isZero();
	}

}
