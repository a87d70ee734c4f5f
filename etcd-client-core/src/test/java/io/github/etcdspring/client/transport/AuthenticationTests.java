/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.proto.AuthenticateRequest;
import io.github.etcdspring.proto.AuthenticateResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class AuthenticationTests {

	private static final String PASSWORD = "pass-phrase-of-root";

	private static final String WRONG_PASSWORD = "etcdserver: authentication failed, invalid user ID or password";

	private static final String INVALID_TOKEN = "etcdserver: invalid auth token";

	private ScriptedServer server;

	@BeforeEach
	void start() {
		this.server = ScriptedServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private TestClient.Settings settings() {
		return TestClient.of(this.server.endpoint()).credentials("root", PASSWORD);
	}

	/** Accept one token, and refuse calls with any other. */
	private void accept(String token) {
		this.server.on(ScriptedServer.PUT, (exchange) -> {
			if (token.equals(exchange.header("token"))) {
				ScriptedServer.good(ScriptedServer.PUT).handle(exchange);
			}
			else {
				exchange.fail(Status.Code.UNAUTHENTICATED, INVALID_TOKEN);
			}
		});
	}

	@Test
	void tokenIsFetchedWithTheFirstCallAndCarriedByAll() {
		try (TestClient client = settings().open()) {
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isZero();
			client.kv().put("k", "v").sync();
			client.kv().get("k").serializable().sync();
			client.maintenance().status(this.server.endpoint()).sync();
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isOne();
			AuthenticateRequest request = this.server.call(ScriptedServer.AUTHENTICATE, 1)
				.request(AuthenticateRequest.parser());
			assertThat(request.getName()).isEqualTo("root");
			assertThat(request.getPassword()).isEqualTo(PASSWORD);
			for (String method : List.of(ScriptedServer.PUT, ScriptedServer.RANGE, ScriptedServer.STATUS)) {
				assertThat(this.server.call(method, 1).header("token")).as(method).isEqualTo("token-1");
			}
			assertThat(this.server.call(ScriptedServer.AUTHENTICATE, 1).header("token")).isNull();
		}
	}

	@Test
	void withoutCredentialsThereIsNoToken() {
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			client.kv().put("k", "v").sync();
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isZero();
			assertThat(this.server.call(ScriptedServer.PUT, 1).header("token")).isNull();
		}
	}

	@Test
	void hundredFirstCallsAuthenticateOnce() throws Exception {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.SILENCE);
		try (TestClient client = settings().open()) {
			List<CompletableFuture<PutResult>> puts = puts(client, 100);
			assertThat(this.server.count(ScriptedServer.PUT)).isZero();
			answer(this.server.call(ScriptedServer.AUTHENTICATE, 1), "good");
			for (CompletableFuture<PutResult> put : puts) {
				put.get(10, TimeUnit.SECONDS);
			}
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isOne();
			assertThat(this.server.calls(ScriptedServer.PUT)).hasSize(100)
				.allMatch((exchange) -> "good".equals(exchange.header("token")));
		}
	}

	@Test
	void expiryUnderAHundredCallsAuthenticatesOnce() throws Exception {
		int calls = 100;
		try (TestClient client = settings().open()) {
			client.kv().put("k", "v").sync();
			CountDownLatch all = new CountDownLatch(calls);
			this.server.on(ScriptedServer.PUT, (exchange) -> all.countDown());
			List<CompletableFuture<PutResult>> puts = puts(client, calls);
			assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
			List<ScriptedServer.Exchange> expired = this.server.calls(ScriptedServer.PUT).subList(1, calls + 1);
			accept("token-2");
			expired.forEach((exchange) -> exchange.fail(Status.Code.UNAUTHENTICATED, INVALID_TOKEN));
			for (CompletableFuture<PutResult> put : puts) {
				assertThat(put.get(10, TimeUnit.SECONDS).revision()).isEqualTo(7);
			}
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isEqualTo(2);
			assertThat(this.server.count(ScriptedServer.PUT)).isEqualTo(1 + 2 * calls);
		}
	}

	@Test
	void lateRefusalOfAnOldTokenDoesNotAuthenticateAgain() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = settings().open()) {
			CompletableFuture<PutResult> early = client.kv().put("k", "v").async();
			ScriptedServer.Exchange first = this.server.call(ScriptedServer.PUT, 1);
			CompletableFuture<PutResult> late = client.kv().put("k", "v").async();
			ScriptedServer.Exchange second = this.server.call(ScriptedServer.PUT, 2);
			accept("token-2");
			first.fail(Status.Code.UNAUTHENTICATED, INVALID_TOKEN);
			early.get(5, TimeUnit.SECONDS);
			second.fail(Status.Code.UNAUTHENTICATED, INVALID_TOKEN);
			late.get(5, TimeUnit.SECONDS);
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isEqualTo(2);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			UNAUTHENTICATED  | etcdserver: invalid auth token
			INVALID_ARGUMENT | etcdserver: revision of auth store is old
			INVALID_ARGUMENT | etcdserver: user name is empty
			""")
	void refusedTokenIsReplacedAndTheWriteSentAgain(Status.Code code, String text) {
		this.server.on(ScriptedServer.PUT, ScriptedServer.fail(code, text), ScriptedServer.good(ScriptedServer.PUT));
		try (TestClient client = settings().open()) {
			assertThat(client.kv().put("k", "v").sync().revision()).isEqualTo(7);
			assertThat(this.server.calls(ScriptedServer.PUT)).extracting((exchange) -> exchange.header("token"))
				.containsExactly("token-1", "token-2");
		}
	}

	@Test
	void freshTokenThatAnotherMemberDoesNotKnowYetIsNotTheEnd() {
		ScriptedServer.Step refuse = ScriptedServer.fail(Status.Code.UNAUTHENTICATED, INVALID_TOKEN);
		this.server.on(ScriptedServer.PUT, refuse, refuse, ScriptedServer.good(ScriptedServer.PUT));
		try (TestClient client = settings().open()) {
			long begin = System.nanoTime();
			client.kv().put("k", "v").sync();
			// The first time at once, the second time after a pause.
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(450), Duration.ofSeconds(4));
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isEqualTo(3);
		}
	}

	@Test
	void tokensThatAreNeverAcceptedAreGivenUpNotApplied() {
		ManualTimer timer = new ManualTimer();
		this.server.on(ScriptedServer.PUT, ScriptedServer.fail(Status.Code.UNAUTHENTICATED, INVALID_TOKEN));
		try (TestClient client = settings().timer(timer).timeout(Duration.ofMinutes(10)).open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			for (int refusals = 2; refusals <= 5; refusals++) {
				this.server.call(ScriptedServer.PUT, refusals);
				Duration pause = Duration.ofMillis(500L * (refusals - 1));
				timer.advance(await().until(() -> timer.waitingAbout(pause), Objects::nonNull));
			}
			await().until(put::isDone);
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(put::get)
				.havingCause()
				.isInstanceOfSatisfying(AuthenticationException.class, (ex) -> {
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.attempts()).isEqualTo(6).isEqualTo(this.server.count(ScriptedServer.PUT));
				});
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isEqualTo(6);
		}
	}

	@Test
	void wrongPasswordFailsAtOnceWithOneAttempt() {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.fail(Status.Code.INVALID_ARGUMENT, WRONG_PASSWORD));
		try (TestClient client = settings().open()) {
			long begin = System.nanoTime();
			assertThatExceptionOfType(AuthenticationException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
					assertThat(ex.status()).isEqualTo(StatusCode.INVALID_ARGUMENT);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.operation()).isEqualTo("put");
					assertThat(ex.attempts()).isZero();
					assertThat(ex.endpoint()).isEqualTo(this.server.endpoint());
				})
				.withMessageContaining(WRONG_PASSWORD);
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofSeconds(2));
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isOne();
			assertThat(this.server.count(ScriptedServer.PUT)).isZero();
		}
	}

	@Test
	void passwordThatIsPutRightLaterWorks() {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.fail(Status.Code.INVALID_ARGUMENT, WRONG_PASSWORD),
				(exchange) -> answer(exchange, "good"));
		try (TestClient client = settings().open()) {
			assertThatExceptionOfType(AuthenticationException.class).isThrownBy(() -> client.kv().put("k", "v").sync());
			assertThat(client.kv().put("k", "v").sync().revision()).isEqualTo(7);
		}
	}

	@Test
	void authenticateThatNeverAnswersCostsEachCallItsOwnDeadline() {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.SILENCE);
		try (TestClient client = settings().timeout(Duration.ofSeconds(1)).open()) {
			long begin = System.nanoTime();
			CompletableFuture<PutResult> first = client.kv().put("k", "v").timeout(Duration.ofMillis(400)).async();
			CompletableFuture<PutResult> second = client.kv().put("k", "v").timeout(Duration.ofMillis(2_200)).async();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> first.get(10, TimeUnit.SECONDS))
				.withCauseInstanceOf(EtcdTimeoutException.class);
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(400), Duration.ofMillis(2_000));
			// Longer than one Authenticate may take.
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> second.get(10, TimeUnit.SECONDS))
				.withCauseInstanceOf(EtcdTimeoutException.class);
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(2_200), Duration.ofMillis(4_500));
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isBetween(2, 3);
			assertThat(this.server.count(ScriptedServer.PUT)).isZero();
		}
	}

	@Test
	void authenticateThatWorksAgainServesWhoStillWaits() throws Exception {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.SILENCE, (exchange) -> answer(exchange, "good"));
		try (TestClient client = settings().timeout(Duration.ofMillis(600)).open()) {
			List<CompletableFuture<PutResult>> impatient = new ArrayList<>();
			long begin = System.nanoTime();
			for (int i = 0; i < 50; i++) {
				impatient.add(client.kv().put("k", "v").timeout(Duration.ofMillis(300)).async());
			}
			CompletableFuture<PutResult> patient = client.kv().put("k", "v").timeout(Duration.ofSeconds(20)).async();
			for (CompletableFuture<PutResult> put : impatient) {
				assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> put.get(10, TimeUnit.SECONDS))
					.havingCause()
					.isInstanceOfSatisfying(EtcdTimeoutException.class,
							(ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED));
			}
			assertThat(Elapsed.since(begin)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
			patient.get(20, TimeUnit.SECONDS);
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(600), Duration.ofSeconds(10));
			client.kv().put("k", "v").sync();
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isEqualTo(2);
			assertThat(this.server.count(ScriptedServer.PUT)).isEqualTo(2);
			assertThat(client.transport().credentials().waiting()).isZero();
		}
	}

	@Test
	void serverWithTooMuchToDoIsAskedForATokenWithPauses() throws Exception {
		ManualTimer timer = new ManualTimer();
		ScriptedServer.Step tooMuch = ScriptedServer.fail(Status.Code.RESOURCE_EXHAUSTED,
				"etcdserver: too many requests");
		this.server.on(ScriptedServer.AUTHENTICATE, tooMuch, tooMuch, tooMuch, (exchange) -> answer(exchange, "good"));
		try (TestClient client = settings().timer(timer).open()) {
			List<CompletableFuture<PutResult>> puts = puts(client, 100);
			for (int refusals = 2; refusals <= 3; refusals++) {
				this.server.call(ScriptedServer.AUTHENTICATE, refusals);
				Duration pause = Duration.ofMillis(500L * (refusals - 1));
				timer.advance(await().until(() -> timer.waitingAbout(pause), Objects::nonNull));
			}
			for (CompletableFuture<PutResult> put : puts) {
				put.get(10, TimeUnit.SECONDS);
			}
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isEqualTo(4);
			assertThat(this.server.calls(ScriptedServer.PUT)).hasSize(100)
				.allMatch((exchange) -> "good".equals(exchange.header("token")));
		}
	}

	@Test
	void hundredCallsWithAWrongPasswordFailTogetherAfterOneAttempt() {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.SILENCE);
		try (TestClient client = settings().open()) {
			List<CompletableFuture<PutResult>> puts = puts(client, 100);
			this.server.call(ScriptedServer.AUTHENTICATE, 1).fail(Status.Code.INVALID_ARGUMENT, WRONG_PASSWORD);
			for (CompletableFuture<PutResult> put : puts) {
				assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> put.get(10, TimeUnit.SECONDS))
					.havingCause()
					.isInstanceOf(AuthenticationException.class)
					.withMessageContaining(WRONG_PASSWORD)
					.withMessageNotContaining(PASSWORD);
			}
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isOne();
			assertThat(this.server.count(ScriptedServer.PUT)).isZero();
		}
	}

	@Test
	void usersAndRolesThatChangeAgainAndAgainCostNoCall() throws Exception {
		ManualTimer timer = new ManualTimer();
		this.server.on(ScriptedServer.PUT, (exchange) -> {
			if (exchange.number() > 12) {
				ScriptedServer.good(ScriptedServer.PUT).handle(exchange);
			}
			else {
				exchange.fail(Status.Code.INVALID_ARGUMENT, "etcdserver: revision of auth store is old");
			}
		});
		try (TestClient client = settings().timer(timer).timeout(Duration.ofMinutes(10)).open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			passPauses(timer, 12);
			assertThat(put.get(20, TimeUnit.SECONDS).revision()).isEqualTo(7);
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isEqualTo(13);
		}
	}

	@Test
	void usersAndRolesThatNeverStopToChangeCostACallItsDeadline() {
		ManualTimer timer = new ManualTimer();
		this.server.on(ScriptedServer.PUT,
				ScriptedServer.fail(Status.Code.INVALID_ARGUMENT, "etcdserver: revision of auth store is old"));
		try (TestClient client = settings().timer(timer).timeout(Duration.ofSeconds(30)).open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			passPauses(timer, 11);
			// The next pause ends after the deadline.
			this.server.call(ScriptedServer.PUT, 12);
			await().until(() -> timer.waitingAbout(Duration.ofSeconds(5)) != null);
			timer.advance(Duration.ofSeconds(5));
			await().until(put::isDone);
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(put::get)
				.havingCause()
				.isInstanceOfSatisfying(EtcdTimeoutException.class,
						(ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED))
				.withMessageContaining("revision of auth store is old");
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isEqualTo(12);
		}
	}

	@Test
	void authenticateIsTriedAgainWhenAMemberCannotAnswerIt() {
		this.server.on(ScriptedServer.AUTHENTICATE,
				ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: request timed out"),
				(exchange) -> answer(exchange, "good"));
		try (TestClient client = settings().open()) {
			client.kv().put("k", "v").sync();
			assertThat(this.server.call(ScriptedServer.PUT, 1).header("token")).isEqualTo("good");
		}
	}

	@Test
	void authenticationThatIsNotEnabledMeansCallsWithoutToken() {
		this.server.on(ScriptedServer.AUTHENTICATE,
				ScriptedServer.fail(Status.Code.FAILED_PRECONDITION, "etcdserver: authentication is not enabled"));
		try (TestClient client = settings().open()) {
			client.kv().put("k", "v").sync();
			client.kv().put("k", "v").sync();
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isOne();
			assertThat(this.server.calls(ScriptedServer.PUT)).hasSize(2)
				.allMatch((exchange) -> exchange.header("token") == null);
			// It is enabled: the next refusal fetches a token.
			this.server.on(ScriptedServer.AUTHENTICATE, (exchange) -> answer(exchange, "good"));
			this.server.on(ScriptedServer.PUT, (exchange) -> {
				if (exchange.header("token") != null) {
					ScriptedServer.good(ScriptedServer.PUT).handle(exchange);
				}
				else {
					exchange.fail(Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty");
				}
			});
			client.kv().put("k", "v").sync();
			assertThat(this.server.call(ScriptedServer.PUT, 4).header("token")).isEqualTo("good");
		}
	}

	@Test
	void authenticationThatIsDisabledLaterDropsTheToken() {
		try (TestClient client = settings().open()) {
			client.kv().put("k", "v").sync();
			// Old servers refuse a token while authentication is off.
			this.server.on(ScriptedServer.AUTHENTICATE,
					ScriptedServer.fail(Status.Code.FAILED_PRECONDITION, "etcdserver: authentication is not enabled"));
			this.server.on(ScriptedServer.PUT, (exchange) -> {
				if (exchange.header("token") == null) {
					ScriptedServer.good(ScriptedServer.PUT).handle(exchange);
				}
				else {
					exchange.fail(Status.Code.UNAUTHENTICATED, INVALID_TOKEN);
				}
			});
			assertThat(client.kv().put("k", "v").sync().revision()).isEqualTo(7);
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isEqualTo(2);
		}
	}

	@Test
	void tokenOfTheApplicationIsNeverRefreshed() {
		this.server.on(ScriptedServer.PUT, ScriptedServer.good(ScriptedServer.PUT),
				ScriptedServer.fail(Status.Code.UNAUTHENTICATED, INVALID_TOKEN));
		try (TestClient client = TestClient.of(this.server.endpoint()).authToken("its.own.token").open()) {
			client.kv().put("k", "v").sync();
			assertThatExceptionOfType(AuthenticationException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.INVALID_AUTH_TOKEN);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.attempts()).isOne();
				});
			assertThat(this.server.calls(ScriptedServer.PUT)).hasSize(2)
				.allMatch((exchange) -> "its.own.token".equals(exchange.header("token")));
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isZero();
		}
	}

	@Test
	void permissionDeniedIsNoReasonToAuthenticateAgain() {
		this.server.on(ScriptedServer.PUT,
				ScriptedServer.fail(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"));
		try (TestClient client = settings().open()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.PERMISSION_DENIED));
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isOne();
			assertThat(this.server.count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void hasLeaderIsAskedForExceptWhereAMemberAnswersAlone() {
		try (TestClient client = settings().open()) {
			client.kv().put("k", "v").sync();
			client.kv().get("k").sync();
			client.kv().get("k").serializable().sync();
			client.maintenance().status(this.server.endpoint()).sync();
			assertThat(this.server.call(ScriptedServer.PUT, 1).header("hasleader")).isEqualTo("true");
			assertThat(this.server.call(ScriptedServer.RANGE, 1).header("hasleader")).isEqualTo("true");
			assertThat(this.server.call(ScriptedServer.RANGE, 2).header("hasleader")).isNull();
			assertThat(this.server.call(ScriptedServer.STATUS, 1).header("hasleader")).isNull();
			assertThat(this.server.call(ScriptedServer.AUTHENTICATE, 1).header("hasleader")).isNull();
		}
	}

	@Test
	void secretsAreInNoException() {
		String token = "token-that-nobody-may-see";
		String key = "key-that-nobody-may-see";
		String value = "value-that-nobody-may-see";
		this.server.on(ScriptedServer.AUTHENTICATE, (exchange) -> answer(exchange, token));
		try (TestClient client = settings().open()) {
			List<EtcdException> failures = new ArrayList<>();
			for (FailureRulesTests.Answer answer : FailureRulesTests.answers()) {
				if (answer.row().reason() == Reason.TOO_MANY_REQUESTS || answer.row().reason() == Reason.NO_LEADER
						|| answer.row().type().equals("AuthenticationException")) {
					// Sent again.
					continue;
				}
				this.server.on(ScriptedServer.PUT,
						ScriptedServer.fail(Status.Code.valueOf(answer.code().name()), answer.row().text()));
				assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put(key, value).sync())
					.satisfies(failures::add);
			}
			this.server.on(ScriptedServer.PUT, (exchange) -> exchange.reply(new byte[] { 7 }));
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put(key, value).sync())
				.satisfies(failures::add);
			this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.kv().put(key, value).timeout(Duration.ofMillis(100)).sync())
				.satisfies(failures::add);
			assertThat(failures).hasSizeGreaterThan(60);
			for (EtcdException failure : failures) {
				for (Throwable each = failure; each != null; each = each.getCause()) {
					assertThat(each.toString()).doesNotContain(token, key, value, PASSWORD);
				}
			}
			assertThat(client.transport().options().toString()).doesNotContain(PASSWORD);
		}
	}

	/** Each refusal is followed by a pause, half a second longer than the one before. */
	private void passPauses(ManualTimer timer, int refusals) {
		for (int i = 2; i <= refusals; i++) {
			this.server.call(ScriptedServer.PUT, i);
			Duration pause = Duration.ofMillis(Math.min(5000, 500 * (i - 1)));
			timer.advance(await().until(() -> timer.waitingAbout(pause), Objects::nonNull));
		}
	}

	private static List<CompletableFuture<PutResult>> puts(TestClient client, int count) {
		List<CompletableFuture<PutResult>> puts = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			puts.add(client.kv().put("k", "v").async());
		}
		return puts;
	}

	private static void answer(ScriptedServer.Exchange exchange, String token) {
		exchange.reply(AuthenticateResponse.newBuilder().setToken(token).build());
	}

}
