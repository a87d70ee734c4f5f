/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.ScriptedServer.StreamStep;
import io.github.etcdspring.proto.AuthenticateResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The token of a stream, which is fixed when the stream is opened.
 */
class StreamTokenTests {

	private static final String METHOD = ScriptedServer.KEEP_ALIVE;

	private static final StreamStep INVALID_TOKEN = RecordingStream.refusal(Status.Code.UNAUTHENTICATED,
			"etcdserver: invalid auth token");

	private final ManualTimer timer = new ManualTimer();

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
		return TestClient.of(this.server.endpoint()).credentials("root", "pass-phrase").timer(this.timer);
	}

	static Failure refusal() {
		return Failure.ofRead("keep alive", StatusCode.UNAUTHENTICATED, Reason.INVALID_AUTH_TOKEN);
	}

	/** Accept one token, and refuse streams with any other. */
	private static StreamStep accepting(String token) {
		return (stream) -> (token.equals(stream.header("token")) ? RecordingStream.GOOD : INVALID_TOKEN).handle(stream);
	}

	private int authenticated() {
		return this.server.count(ScriptedServer.AUTHENTICATE);
	}

	@ParameterizedTest
	@CsvSource({ "UNAUTHENTICATED, etcdserver: invalid auth token",
			"INVALID_ARGUMENT, etcdserver: revision of auth store is old",
			"INVALID_ARGUMENT, etcdserver: user name is empty" })
	void refusedTokenIsReplacedWhichIsNoAttempt(Status.Code code, String text) {
		this.server.onStream(METHOD, RecordingStream.refusal(code, text), accepting("token-2"));
		try (TestClient client = settings().open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			assertThat(stream.events()).containsExactly("opened", "opened", "received 1");
			assertThat(this.server.stream(METHOD, 1).header("token")).isEqualTo("token-1");
			assertThat(this.server.stream(METHOD, 2).header("token")).isEqualTo("token-2");
			assertThat(authenticated()).isEqualTo(2);
		}
	}

	@Test
	void eachTokenAfterTheFifthIsAnAttempt() {
		this.server.onStream(METHOD, INVALID_TOKEN);
		try (TestClient client = settings().open()) {
			RecordingStream stream = new RecordingStream(client).start();
			for (int pause = 1; pause <= 6; pause++) {
				this.server.stream(METHOD, pause + 1);
				Duration expected = Duration.ofMillis(pause * 500L);
				await().until(() -> client.openStreams() == 0 && this.timer.waitingAbout(expected) != null);
				this.timer.pass(expected);
			}
			stream.await("disconnected 3 INVALID_AUTH_TOKEN");
			assertThat(stream.lastFailure().toException()).isInstanceOf(AuthenticationException.class);
			assertThat(this.server.streams(METHOD)).hasSize(8);
			assertThat(stream.events("disconnected")).containsExactly("disconnected 1 INVALID_AUTH_TOKEN",
					"disconnected 2 INVALID_AUTH_TOKEN", "disconnected 3 INVALID_AUTH_TOKEN");
		}
	}

	@Test
	void workingStreamWhoseTokenIsRefusedIsOpenedAgainAndSaysSo() {
		this.server.onStream(METHOD,
				RecordingStream.goodUntil(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token"),
				accepting("token-2"));
		try (TestClient client = settings().open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received", 2);
			assertThat(stream.events()).containsExactly("opened", "received 1", "disconnected 0 INVALID_AUTH_TOKEN",
					"opened", "received 1");
		}
	}

	@Test
	void refusalByAnAnswerOpensTheStreamAgainAfterTheHandlerIsDone() throws Exception {
		this.server.onStream(METHOD, RecordingStream.GOOD);
		try (TestClient client = settings().open()) {
			RecordingStream stream = new RecordingStream(client);
			List<Integer> nested = new CopyOnWriteArrayList<>();
			stream.whenReceived((answer) -> {
				if (stream.events("received").size() == 1) {
					stream.stream().works();
					stream.stream().tokenRefused(refusal());
					nested.add(stream.events().size());
					assertThat(stream.stream().isOpen()).isFalse();
				}
			}).start().await("received", 2);
			assertThat(nested).as("events told inside of the handler").containsExactly(2);
			assertThat(stream.events()).containsExactly("opened", "received 1", "disconnected 0 INVALID_AUTH_TOKEN",
					"opened", "received 1");
			assertThat(stream.lastFailure().endpoint()).isEqualTo(this.server.endpoint());
			assertThat(this.server.stream(METHOD, 2).header("token")).isEqualTo("token-2");
			await().until(() -> this.server.stream(METHOD, 1).cancelled().isDone());
		}
	}

	@Test
	void refusalByAnAnswerAgainAndAgainIsNoHotLoop() {
		this.server.onStream(METHOD, RecordingStream.GOOD);
		try (TestClient client = settings().open()) {
			RecordingStream stream = new RecordingStream(client);
			stream.whenReceived((answer) -> {
				stream.stream().works();
				stream.stream().tokenRefused(refusal());
			}).start().await("disconnected", 2);
			for (int lives = 2; lives <= 6; lives++) {
				Duration pause = Duration.ofMillis((lives - 1) * 500L);
				await().until(() -> client.openStreams() == 0 && this.timer.waitingAbout(pause) != null);
				assertThat(this.server.streams(METHOD)).hasSize(lives);
				this.timer.pass(pause);
				stream.await("disconnected", lives + 1);
			}
		}
	}

	@Test
	void hundredRefusedStreamsAuthenticateOnce() {
		CountDownLatch allAreOpen = new CountDownLatch(100);
		this.server.onStream(METHOD, (stream) -> {
			if ("token-2".equals(stream.header("token"))) {
				RecordingStream.GOOD.handle(stream);
			}
			else {
				allAreOpen.countDown();
				awaitLatch(allAreOpen);
				INVALID_TOKEN.handle(stream);
			}
		});
		try (TestClient client = settings().open()) {
			List<RecordingStream> streams = IntStream.range(0, 100)
				.mapToObj((i) -> new RecordingStream(client).start())
				.toList();
			streams.forEach((stream) -> stream.await("received"));
			assertThat(authenticated()).isEqualTo(2);
			streams.forEach(RecordingStream::close);
			ResumableStreamTests.assertNothingLeft(client);
		}
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void streamsThatAreDeniedOneAfterTheOtherFetchOneNewTokenInTenSeconds() {
		this.server.onStream(METHOD,
				RecordingStream.refusal(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"));
		try (TestClient client = settings().open()) {
			for (int i = 0; i < 10; i++) {
				new RecordingStream(client).start().await("ended PERMISSION_DENIED");
				assertThat(authenticated()).isEqualTo(2);
			}
			this.timer.advance(Duration.ofSeconds(11));
			new RecordingStream(client).start().await("ended PERMISSION_DENIED");
			new RecordingStream(client).start().await("ended PERMISSION_DENIED");
			assertThat(authenticated()).isEqualTo(3);
			ResumableStreamTests.assertNothingLeft(client);
		}
	}

	@Test
	void usersAndRolesThatChangeAgainAndAgainAreAttemptsAfterFiveTokens() {
		this.server.onStream(METHOD, (stream) -> {
			if (stream.number() > 9) {
				RecordingStream.GOOD.handle(stream);
			}
			else {
				stream.fail(Status.Code.INVALID_ARGUMENT, "etcdserver: revision of auth store is old");
			}
		});
		try (TestClient client = settings().open()) {
			RecordingStream stream = new RecordingStream(client).start();
			for (int refusals = 2; refusals <= 9; refusals++) {
				this.server.stream(METHOD, refusals);
				Duration pause = Duration.ofMillis(500L * (refusals - 1));
				await().until(() -> client.openStreams() == 0 && this.timer.waitingAbout(pause) != null);
				this.timer.pass(pause);
			}
			stream.await("received");
			assertThat(stream.events("disconnected")).containsExactly("disconnected 1 AUTH_OLD_REVISION",
					"disconnected 2 AUTH_OLD_REVISION", "disconnected 3 AUTH_OLD_REVISION",
					"disconnected 4 AUTH_OLD_REVISION");
			assertThat(authenticated()).isEqualTo(10);
		}
	}

	@Test
	void wrongPasswordEndsTheStream() {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.fail(Status.Code.INVALID_ARGUMENT,
				"etcdserver: authentication failed, invalid user ID or password"));
		try (TestClient client = settings().open()) {
			RecordingStream stream = new RecordingStream(client).start().await("ended AUTHENTICATION_FAILED");
			assertThat(stream.events()).hasSize(1);
			assertThat(stream.lastFailure().operation()).isEqualTo("keep alive");
			assertThat(stream.lastFailure().detail()).startsWith("authenticate: ");
			assertThat(stream.lastFailure().toException().getMessage()).doesNotContain("pass-phrase");
			assertThat(this.server.streams(METHOD)).isEmpty();
			ResumableStreamTests.assertNothingLeft(client);
		}
	}

	@Test
	void authenticateThatIsUnavailableIsAnAttempt() {
		ScriptedServer.Step unavailable = ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped");
		this.server.on(ScriptedServer.AUTHENTICATE, unavailable, unavailable,
				(exchange) -> exchange.reply(AuthenticateResponse.newBuilder().setToken("late").build()));
		this.server.onStream(METHOD, accepting("late"));
		try (TestClient client = settings().retryReads(false).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("disconnected 2 SERVER_STOPPED");
			await().until(() -> this.timer.waitingAbout(Duration.ofMillis(500)) != null);
			this.timer.advance(Duration.ofMillis(600));
			stream.await("received");
			assertThat(stream.events()).containsExactly("disconnected 1 SERVER_STOPPED",
					"disconnected 2 SERVER_STOPPED", "opened", "received 1");
		}
	}

	@Test
	void fixedTokenIsNeverReplaced() {
		this.server.onStream(METHOD, INVALID_TOKEN);
		try (TestClient client = TestClient.of(this.server.endpoint()).authToken("fixed").open()) {
			new RecordingStream(client).start().await("ended INVALID_AUTH_TOKEN");
			this.server.onStream(METHOD, RecordingStream.GOOD);
			RecordingStream other = new RecordingStream(client);
			assertThat(other.stream().canRefreshToken()).isFalse();
			other.whenReceived((answer) -> other.stream().tokenRefused(refusal())).start();
			other.await("ended INVALID_AUTH_TOKEN");
			assertThat(authenticated()).isZero();
			assertThat(this.server.streams(METHOD)).hasSize(2);
		}
	}

	@Test
	void newerTokenThanAFixedOneIsNotWaitedForForEver() {
		this.server.onStream(METHOD, RecordingStream.GOOD);
		try (TestClient client = TestClient.of(this.server.endpoint()).authToken("fixed").open()) {
			RecordingStream first = new RecordingStream(client).start().await("received");
			RecordingStream second = new RecordingStream(client);
			first.stream().execute(() -> {
				second.stream().requireTokenAfter(first.stream().tokenNumber());
				second.start();
			});
			second.await("received");
		}
	}

	@Test
	void newerTokenThanThatOfAnotherStream() {
		this.server.onStream(METHOD, RecordingStream.GOOD);
		try (TestClient client = settings().open()) {
			RecordingStream first = new RecordingStream(client).start().await("received");
			RecordingStream second = new RecordingStream(client);
			first.stream().execute(() -> {
				second.stream().requireTokenAfter(first.stream().tokenNumber());
				second.start();
			});
			second.await("received");
			assertThat(this.server.streams(METHOD).stream().map((each) -> each.header("token")))
				.containsExactly("token-1", "token-2");
		}
	}

	@Test
	void closedWhileItWaitsForAToken() {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.SILENCE);
		try (TestClient client = settings().open()) {
			List<RecordingStream> streams = Stream.generate(() -> new RecordingStream(client).start())
				.limit(10)
				.toList();
			ScriptedServer.Exchange exchange = this.server.call(ScriptedServer.AUTHENTICATE, 1);
			streams.forEach(RecordingStream::close);
			ResumableStreamTests.assertNothingLeft(client);
			assertThat(client.transport().credentials().waiting()).as("those who wait for a token").isZero();
			exchange.reply(AuthenticateResponse.newBuilder().setToken("late").build());
			client.kv().put("k", "v").sync();
			streams.forEach((stream) -> assertThat(stream.events()).isEmpty());
			assertThat(this.server.streams(METHOD)).isEmpty();
		}
	}

}
