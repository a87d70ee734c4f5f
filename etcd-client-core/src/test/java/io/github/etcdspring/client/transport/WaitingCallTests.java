/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.election.ElectionService;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.lock.LockResult;
import io.github.etcdspring.client.lock.LockService;
import io.github.etcdspring.proto.AuthenticateResponse;
import io.github.etcdspring.proto.LockResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls that wait on the server: lock and campaign.
 */
class WaitingCallTests {

	private static final String LOCK = "v3lockpb.Lock/Lock";

	private static final String CAMPAIGN = "v3electionpb.Election/Campaign";

	private ScriptedServer server;

	@BeforeEach
	void start() {
		this.server = ScriptedServer.start();
		this.server.on(LOCK, ScriptedServer.SILENCE);
		this.server.on(CAMPAIGN, ScriptedServer.SILENCE);
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private static LockService locks(TestClient client) {
		return new LockService(client.transport(), Namespace.of("ns/"));
	}

	private static EtcdException failure(CompletableFuture<?> call) {
		return assertThat(call).failsWithin(Duration.ofSeconds(10))
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.asInstanceOf(InstanceOfAssertFactories.type(EtcdException.class))
			.actual();
	}

	private void grant(ScriptedServer.Exchange exchange) {
		exchange.reply(LockResponse.newBuilder().setKey(ByteString.copyFromUtf8("ns/l/2a")).build());
	}

	@Test
	void lockWaitsForDaysUnlessItHasATimeout() throws Exception {
		ManualTimer timer = new ManualTimer();
		try (TestClient client = TestClient.of(this.server.endpoint()).timer(timer).open()) {
			CompletableFuture<LockResult> lock = locks(client).lock("l", 42).async();
			ScriptedServer.Exchange exchange = this.server.call(LOCK, 1);
			// In one step, so that nothing has to be probed.
			timer.advance(Duration.ofMillis(900));
			assertThat(timer.waiting()).isNotEmpty().allMatch((time) -> time.compareTo(Duration.ofSeconds(1)) <= 0);
			CompletableFuture<LockResult> limited = locks(client).lock("l", 43).timeout(Duration.ofMillis(50)).async();
			this.server.call(LOCK, 2);
			timer.advance(Duration.ofMillis(60));
			assertThat(failure(limited)).isInstanceOf(EtcdTimeoutException.class).satisfies((ex) -> {
				assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
				assertThat(ex.isRetryable()).isFalse();
			});
			this.server.call(LOCK, 2).cancelled().get(10, TimeUnit.SECONDS);
			assertThat(lock).isNotDone();
			grant(exchange);
			assertThat(lock.get(10, TimeUnit.SECONDS).key().asUtf8()).isEqualTo("l/2a");
		}
	}

	@Test
	void timeoutOfTheClientDoesNotConcernALock() throws Exception {
		try (TestClient client = TestClient.of(this.server.endpoint()).timeout(Duration.ofMillis(100)).open()) {
			CompletableFuture<LockResult> lock = locks(client).lock("l", 42).async();
			ScriptedServer.Exchange exchange = this.server.call(LOCK, 1);
			this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
			// This one ends by the client's timeout, long after the lock was sent.
			assertThatExceptionOfType(EtcdTimeoutException.class).isThrownBy(() -> client.kv().put("k", "v").sync());
			assertThat(lock).isNotDone();
			grant(exchange);
			assertThat(lock).succeedsWithin(Duration.ofSeconds(10));
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			UNAVAILABLE        | etcdserver: request timed out             | REQUEST_TIMED_OUT | UNKNOWN
			UNAVAILABLE        | etcdserver: leader changed                | LEADER_CHANGED    | UNKNOWN
			UNKNOWN            | mutex: session is expired                 | SESSION_EXPIRED   | UNKNOWN
			UNKNOWN            | lost watcher waiting for delete           | WATCHER_LOST      | UNKNOWN
			OUT_OF_RANGE       | etcdserver: mvcc: required revision has been compacted | COMPACTED | UNKNOWN
			PERMISSION_DENIED  | etcdserver: permission denied             | PERMISSION_DENIED | UNKNOWN
			NOT_FOUND          | etcdserver: requested lease not found     | LEASE_NOT_FOUND   | NOT_APPLIED
			DEADLINE_EXCEEDED  | context deadline exceeded                 | REQUEST_DEADLINE_EXCEEDED | UNKNOWN
			""")
	void failedLockAndCampaignAreNeitherSentAgainNorRetryable(Status.Code code, String text, Reason reason,
			Outcome outcome) {
		this.server.on(LOCK, ScriptedServer.fail(code, text));
		this.server.on(CAMPAIGN, ScriptedServer.fail(code, text));
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			ElectionService elections = new ElectionService(client.transport(), Namespace.NONE);
			for (Request<?> request : new Request<?>[] { locks(client).lock("l", 42),
					elections.campaign("e", 42, "v") }) {
				assertThatExceptionOfType(EtcdException.class).isThrownBy(request::sync).satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(reason);
					assertThat(ex.outcome()).isEqualTo(outcome);
					assertThat(ex.isRetryable()).isFalse();
					assertThat(ex.attempts()).isOne();
				});
			}
			assertThat(this.server.count(LOCK)).isOne();
			assertThat(this.server.count(CAMPAIGN)).isOne();
		}
	}

	@Test
	void lockThatWasRefusedForWantOfALeaderIsSentAgain() {
		this.server.on(LOCK, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"), this::grant);
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			assertThat(locks(client).lock("l", 42).sync().key().asUtf8()).isEqualTo("l/2a");
			assertThat(this.server.count(LOCK)).isEqualTo(2);
			assertThat(this.server.call(LOCK, 1).header("hasleader")).isEqualTo("true");
		}
	}

	@Test
	void lockThatNoEndpointAcceptsIsNotAppliedAndNotRetryable() {
		String endpoint = this.server.endpoint();
		this.server.close();
		try (TestClient client = TestClient.of(endpoint).connectTimeout(Duration.ofMillis(300)).open()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> locks(client).lock("l", 42).sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.UNREACHABLE);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.isRetryable()).isFalse();
					assertThat(ex.attempts()).isZero();
				});
		}
	}

	@Test
	void lockWhoseConnectionIsLostEnds() {
		try (TcpRelay relay = new TcpRelay(this.server.port());
				TestClient client = TestClient.of("http://127.0.0.1:" + relay.port()).open()) {
			CompletableFuture<LockResult> lock = locks(client).lock("l", 42).async();
			this.server.call(LOCK, 1);
			relay.cut();
			assertThat(failure(lock)).satisfies((ex) -> {
				assertThat(ex.reason()).isEqualTo(Reason.CONNECTION_LOST);
				assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
				assertThat(ex.isRetryable()).isFalse();
				assertThat(ex.attempts()).isOne();
			});
		}
	}

	@Test
	void lockEndsWithTheClient() throws Exception {
		CompletableFuture<LockResult> lock;
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			lock = locks(client).lock("l", 42).async();
			this.server.call(LOCK, 1);
		}
		assertThat(failure(lock)).isInstanceOf(ClientClosedException.class);
		this.server.call(LOCK, 1).cancelled().get(10, TimeUnit.SECONDS);
	}

	@Test
	void cancellingTakesALockOffTheWire() throws Exception {
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			CompletableFuture<LockResult> lock = locks(client).lock("l", 42).async();
			ScriptedServer.Exchange exchange = this.server.call(LOCK, 1);
			lock.cancel(true);
			exchange.cancelled().get(10, TimeUnit.SECONDS);
		}
	}

	@Test
	void whatMayBeAppliedStaysUnknownWhenTheNewTokenIsRefused() {
		this.server.on(LOCK, ScriptedServer.fail(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token"));
		this.server.on(ScriptedServer.AUTHENTICATE,
				(exchange) -> ScriptedServer.reply(AuthenticateResponse.newBuilder().setToken("token-1").build())
					.handle(exchange),
				ScriptedServer.fail(Status.Code.INVALID_ARGUMENT,
						"etcdserver: authentication failed, invalid user ID or password"));
		try (TestClient client = TestClient.of(this.server.endpoint()).credentials("alice", "a secret").open()) {
			// The token may have expired while the lock waited for its turn.
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> locks(client).lock("l", 42).sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
					assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
				});
		}
	}

	@Test
	void lockWithoutATimeoutDoesNotWaitForATokenThatNeverComes() {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.SILENCE);
		try (TestClient client = TestClient.of(this.server.endpoint())
			.credentials("alice", "a secret")
			.timeout(Duration.ofMillis(300))
			.open()) {
			assertThatExceptionOfType(EtcdTimeoutException.class).isThrownBy(() -> locks(client).lock("l", 42).sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED));
			assertThat(this.server.count(LOCK)).isZero();
		}
	}

}
