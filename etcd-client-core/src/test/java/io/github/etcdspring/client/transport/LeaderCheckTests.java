/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.ScriptedServer.Exchange;
import io.github.etcdspring.client.transport.ScriptedServer.StreamStep;
import io.github.etcdspring.proto.AuthenticateResponse;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Members that say by themselves that they have no leader, or do not serve.
 */
class LeaderCheckTests {

	private static final String ASKED = ScriptedServer.HEALTH_WATCH;

	private static final String METHOD = ScriptedServer.KEEP_ALIVE;

	private static final byte[] SERVING = { 8, 1 };

	private static final byte[] NOT_SERVING = { 8, 2 };

	private static final StreamStep GOOD = (stream) -> stream.reply(SERVING);

	/** The test says what the member says. */
	private static final StreamStep ACCEPTED = ScriptedStream::accept;

	private static final StreamStep LEADERLESS = (stream) -> stream.fail(Status.Code.UNAVAILABLE,
			"etcdserver: no leader");

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final ManualTimer timer = new ManualTimer();

	private final List<ScriptedServer> servers = new ArrayList<>();

	@BeforeEach
	void start() {
		for (int i = 0; i < 3; i++) {
			this.servers.add(ScriptedServer.start().onStream(METHOD, RecordingStream.GOOD).onStream(ASKED, ACCEPTED));
		}
	}

	@AfterEach
	void stop() {
		this.servers.forEach(ScriptedServer::close);
	}

	private ScriptedServer server(int index) {
		return this.servers.get(index);
	}

	private TestClient.Settings settings(int endpoints) {
		return TestClient
			.of(this.servers.stream().limit(endpoints).map(ScriptedServer::endpoint).toArray(String[]::new))
			.timer(this.timer)
			.leaderCheck();
	}

	private static void put(TestClient client) {
		client.kv().put("k", "v").sync();
		client.settle();
	}

	private int puts(int server) {
		return server(server).count(ScriptedServer.PUT);
	}

	/** Use the client until its member is asked. */
	private ScriptedStream ask(TestClient client, int server) {
		int before = server(server).streams(ASKED).size();
		put(client);
		this.timer.advance(SECOND);
		ScriptedStream asked = server(server).stream(ASKED, before + 1);
		asked.reply(SERVING);
		return asked;
	}

	private Endpoint endpoint(TestClient client, int server) {
		return client.transport().endpoints().all().get(server);
	}

	private void awaitUnfit(TestClient client, int server) {
		await().until(() -> !endpoint(client, server).isFit());
	}

	/** Pass a second after which a member counts as well again. */
	private void passRecovery(TestClient client, int server) {
		await().until(() -> {
			this.timer.advance(SECOND);
			return endpoint(client, server).isFit();
		});
	}

	private void awaitCurrent(TestClient client, int server) {
		await().until(() -> client.transport().endpoints().picker().current() == endpoint(client, server)
				&& endpoint(client, server).isReady());
	}

	@Test
	void onlyTheMemberInUseIsAskedOnceAndWithoutAToken() {
		try (TestClient client = settings(3).authToken("secret").open()) {
			for (int i = 0; i < 10; i++) {
				put(client);
			}
			assertThat(server(0).streams(ASKED)).as("before the client has settled").isEmpty();
			ScriptedStream asked = ask(client, 0);
			assertThat(asked.header("hasleader")).isEqualTo("true");
			assertThat(asked.header("token")).isNull();
			for (int i = 0; i < 10; i++) {
				put(client);
				this.timer.advance(SECOND);
			}
			assertThat(server(0).streams(ASKED)).hasSize(1);
			assertThat(server(0).connections()).isOne();
			assertThat(server(1).connections() + server(2).connections()).isZero();
		}
	}

	@Test
	void memberThatLosesItsLeaderIsLeftBeforeACallFails() {
		server(0).onStream(ASKED, ACCEPTED, LEADERLESS);
		try (TestClient client = settings(3).open()) {
			ScriptedStream asked = ask(client, 0);
			asked.fail(Status.Code.CANCELLED, "Stream has ended.");
			awaitCurrent(client, 1);
			put(client);
			assertThat(puts(1)).isOne();
			assertThat(server(0).streams(ASKED)).as("asked again at once").hasSizeBetween(2, 3);
			assertThat(client.transport().endpoints().describe(server(0).endpoint()))
				.endsWith("connected, but it has no leader");
		}
	}

	@Test
	void memberThatDoesNotServeIsLeftBeforeACallFails() {
		try (TestClient client = settings(3).open()) {
			ask(client, 0).reply(NOT_SERVING);
			awaitCurrent(client, 1);
			put(client);
			assertThat(puts(1)).isOne();
			assertThat(server(2).connections()).isZero();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void streamsGoAlongWithoutAnAttempt(boolean leaderless) {
		server(0).onStream(ASKED, ACCEPTED, LEADERLESS);
		try (TestClient client = settings(2).open()) {
			RecordingStream moved = new RecordingStream(client).start().await("received");
			RecordingStream bound = new RecordingStream(client, new StreamRpc<>("keep alive",
					LeaseGrpc.getLeaseKeepAliveMethod(), false, false, 16, server(0).endpoint()))
				.start()
				.await("received");
			RecordingStream answer = new RecordingStream(client,
					new StreamRpc<>("keep alive", LeaseGrpc.getLeaseKeepAliveMethod(), false, true, 16, null))
				.start()
				.await("received");
			this.timer.advance(SECOND);
			ScriptedStream asked = server(0).stream(ASKED, 1);
			if (leaderless) {
				asked.fail(Status.Code.CANCELLED, "Stream has ended.");
			}
			else {
				asked.reply(NOT_SERVING);
			}
			moved.await("received", 2);
			assertThat(moved.events()).containsExactly("opened", "received 1",
					"disconnected 0 " + (leaderless ? Reason.NO_LEADER : Reason.CONNECTION_LOST), "opened",
					"received 1");
			assertThat(moved.lastFailure().detail())
				.isEqualTo(leaderless ? "the member has no leader" : "the member does not serve at the moment");
			assertThat(server(1).streams(METHOD)).hasSize(1);
			assertThat(bound.events()).as("bound to its member").hasSize(2);
			assertThat(answer.events()).as("would have to begin anew").hasSize(2);
		}
	}

	@Test
	void endOfTheStreamAloneIsNoReasonToLeave() {
		try (TestClient client = settings(3).open()) {
			ask(client, 0).fail(Status.Code.CANCELLED, "Stream has ended.");
			server(0).stream(ASKED, 2).complete();
			await().until(() -> this.timer.waitingAbout(Duration.ofMillis(500)) != null);
			this.timer.pass(Duration.ofMillis(500));
			server(0).stream(ASKED, 3);
			put(client);
			assertThat(puts(0)).isEqualTo(2);
			assertThat(server(1).connections()).isZero();
		}
	}

	@Test
	void memberThatRefusesIsAskedWithPausesThatGrow() {
		server(0).onStream(ASKED, (stream) -> stream.fail(Status.Code.UNAVAILABLE, "thrown by a test"));
		try (TestClient client = settings(2).open()) {
			ask(client, 0);
			for (int half = 1; half <= 12; half++) {
				put(client);
				Duration pause = Duration.ofMillis(500L * Math.min(half, 10));
				await().until(() -> this.timer.waitingAbout(pause) != null);
				assertThat(server(0).streams(ASKED)).hasSize(half + 1);
				this.timer.pass(pause);
				server(0).stream(ASKED, half + 2);
			}
			assertThat(puts(0)).isEqualTo(13);
			assertThat(server(0).connections()).isOne();
		}
	}

	// However it ends each stream: only the second one is opened at once.
	@ParameterizedTest
	@MethodSource("endings")
	void memberThatEndsEachStreamAtOnceIsAskedWithPausesThatGrow(StreamStep ending) {
		server(0).onStream(ASKED, ending);
		Duration step = Duration.ofMillis(100);
		try (TestClient client = settings(2).open()) {
			put(client);
			this.timer.advance(SECOND);
			long begin = this.timer.nanoTime();
			int asked = server(0).streams(ASKED).size();
			while (asked < 9) {
				put(client);
				int known = asked;
				await().pollInterval(Duration.ofMillis(5)).until(() -> {
					this.timer.advance(step);
					return server(0).streams(ASKED).size() > known;
				});
				asked = server(0).streams(ASKED).size();
				// All pauses so far, as time may move on before a stream arrives.
				Duration pauses = Duration.ofMillis(500L * (asked - 2) * (asked - 1) / 2);
				assertThat(Duration.ofNanos(this.timer.nanoTime() - begin))
					.isGreaterThan(pauses.multipliedBy(9).dividedBy(10).minus(step));
			}
			assertThat(server(0).connections()).isOne();
		}
	}

	static List<Named<StreamStep>> endings() {
		return List.of(Named.of("no leader", LEADERLESS), Named.of("serving, and over", (stream) -> {
			stream.reply(SERVING);
			stream.complete();
		}), Named.of("not serving, and over", (stream) -> {
			stream.reply(NOT_SERVING);
			stream.complete();
		}));
	}

	@Test
	void memberThatWasLeftIsNotChosenBeforeItIsWell() {
		server(0).onStream(ASKED, ACCEPTED, LEADERLESS, LEADERLESS, GOOD);
		server(2).on(ScriptedServer.PUT, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"),
				ScriptedServer.good(ScriptedServer.PUT));
		try (TestClient client = settings(3).open()) {
			ask(client, 0).fail(Status.Code.CANCELLED, "Stream has ended.");
			awaitCurrent(client, 1);
			client.transport().endpoints().failed(endpoint(client, 1), endpoint(client, 1).connection());
			put(client);
			assertThat(puts(2)).as("the third refuses").isOne();
			assertThat(puts(1)).as("the first would be the next").isOne();
			assertThat(puts(0)).isOne();
			passRecovery(client, 0);
			assertThat(server(0).streams(ASKED)).hasSize(4);
			put(client);
			assertThat(puts(1)).as("the client stays where it is").isEqualTo(2);
		}
	}

	@Test
	void membersThatAllDoNotServeAreUsedAsIfTheyDidAndTheFirstThatIsWellIsTaken() {
		try (TestClient client = settings(2).open()) {
			ScriptedStream first = ask(client, 0);
			first.reply(NOT_SERVING);
			awaitCurrent(client, 1);
			ScriptedStream second = ask(client, 1);
			second.reply(NOT_SERVING);
			awaitUnfit(client, 1);
			for (int i = 0; i < 5; i++) {
				put(client);
				this.timer.advance(SECOND);
			}
			assertThat(puts(1)).isEqualTo(6);
			first.reply(SERVING);
			passRecovery(client, 0);
			awaitCurrent(client, 0);
			assertThat(server(0).connections()).isOne();
			assertThat(server(1).connections()).isOne();
		}
	}

	@Test
	void memberThatFlapsIsLeftOnce() {
		try (TestClient client = settings(2).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			ScriptedStream first = ask(client, 0);
			for (int i = 0; i < 500; i++) {
				first.reply(NOT_SERVING);
				first.reply(SERVING);
				this.timer.advance(Duration.ofMillis(1));
			}
			stream.await("received", 2);
			awaitCurrent(client, 1);
			assertThat(stream.events("opened")).hasSize(2);
			ScriptedStream second = ask(client, 1);
			second.reply(NOT_SERVING);
			await().until(() -> stream.events("opened").size() == 3 || !endpoint(client, 1).isFit());
			for (int i = 0; i < 500; i++) {
				second.reply(SERVING);
				second.reply(NOT_SERVING);
				this.timer.advance(Duration.ofMillis(1));
			}
			assertThat(stream.events("opened")).as("in a second and a half").hasSizeBetween(2, 3);
			assertThat(server(0).streams(ASKED)).hasSize(1);
			assertThat(server(1).streams(ASKED)).hasSize(1);
		}
	}

	@ParameterizedTest
	@CsvSource({ "UNIMPLEMENTED, unknown service grpc.health.v1.Health", "PERMISSION_DENIED, not for you",
			"UNAUTHENTICATED, who are you" })
	void proxyThatDoesNotKnowTheServiceIsNotAskedAgain(Status.Code code, String text) {
		server(0).onStream(ASKED, (stream) -> stream.fail(code, text));
		try (TestClient client = settings(2).open()) {
			ask(client, 0);
			await().until(() -> this.timer.waiting().isEmpty());
			for (int i = 0; i < 60; i++) {
				put(client);
				this.timer.advance(SECOND);
			}
			assertThat(server(0).streams(ASKED)).hasSize(1);
			assertThat(puts(0)).isEqualTo(61);
		}
	}

	@Test
	void interceptorThatThrowsCostsNothingButTheCheck() {
		AtomicInteger thrown = new AtomicInteger();
		ClientInterceptor broken = new ClientInterceptor() {
			@Override
			public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options,
					Channel next) {
				if (method.getFullMethodName().equals(ASKED)) {
					thrown.incrementAndGet();
					throw new IllegalStateException("thrown by a test");
				}
				return next.newCall(method, options);
			}
		};
		try (TestClient client = settings(2).channelCustomizer((builder) -> builder.intercept(broken)).open()) {
			for (int i = 0; i < 5; i++) {
				put(client);
				this.timer.advance(SECOND);
			}
			assertThat(thrown).hasValue(1);
			assertThat(puts(0)).isEqualTo(5);
		}
	}

	@Test
	void onlyEndpointIsNotAsked() {
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			put(client);
			this.timer.advance(SECOND);
			assertThat(server(0).streams(ASKED)).isEmpty();
			client.transport().replaceEndpoints(List.of(server(0).endpoint(), server(1).endpoint()));
			this.timer.advance(SECOND);
			ScriptedStream asked = server(0).stream(ASKED, 1);
			client.transport().replaceEndpoints(List.of(server(0).endpoint()));
			await().until(asked.cancelled()::isDone);
			assertThat(stream.events()).hasSize(2);
		}
	}

	@Test
	void endpointThatIsReplacedIsNotAskedAnyMore() {
		try (TestClient client = settings(2).open()) {
			ScriptedStream asked = ask(client, 0);
			client.transport().replaceEndpoints(List.of(server(1).endpoint(), server(2).endpoint()));
			await().until(asked.cancelled()::isDone);
			this.timer.advance(SECOND);
			await().until(() -> server(0).openConnections() == 0);
		}
	}

	@Test
	void nothingIsLeftBeforeThereIsSomethingBetter() {
		int port = server(1).port();
		TestClient.Settings settings = settings(2);
		server(1).close();
		try (TestClient client = settings.open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			ask(client, 0).reply(NOT_SERVING);
			awaitUnfit(client, 0);
			for (int i = 0; i < 5; i++) {
				put(client);
				this.timer.advance(SECOND);
			}
			assertThat(puts(0)).isEqualTo(6);
			assertThat(stream.events()).hasSize(2);
			this.servers.set(1, ScriptedServer.start(port).onStream(METHOD, RecordingStream.GOOD));
			await().until(() -> {
				this.timer.advance(SECOND);
				return stream.events("received").size() == 2;
			});
			awaitCurrent(client, 1);
			put(client);
			assertThat(puts(1)).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource(EndpointStrategy.class)
	void idleClientAsksNobody(EndpointStrategy strategy) {
		try (TestClient client = settings(1).strategy(strategy).open()) {
			// So that the first is the one in use, whatever the strategy.
			put(client);
			client.transport().replaceEndpoints(List.of(server(0).endpoint(), ReservedPort.nobody()));
			ScriptedStream asked = ask(client, 0);
			this.timer.advance(Duration.ofSeconds(28));
			assertThat(asked.cancelled()).isNotDone();
			this.timer.advance(Duration.ofSeconds(2));
			await().until(asked.cancelled()::isDone);
			assertThat(this.timer.waiting()).isEmpty();
			this.timer.advance(Duration.ofMinutes(5));
			assertThat(server(0).streams(ASKED)).hasSize(1);
			ask(client, 0);
		}
	}

	@Test
	void openStreamIsUse() {
		try (TestClient client = settings(2).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			this.timer.advance(SECOND);
			ScriptedStream asked = server(0).stream(ASKED, 1);
			this.timer.advance(Duration.ofMinutes(3));
			assertThat(asked.cancelled()).isNotDone();
			stream.close();
			this.timer.advance(Duration.ofMinutes(1));
			await().until(asked.cancelled()::isDone);
			await().until(() -> this.timer.waiting().isEmpty());
		}
	}

	@Test
	void memberThatWasLeftIsForgottenWhenTheClientIsIdle() {
		try (TestClient client = settings(2).open()) {
			ScriptedStream asked = ask(client, 0);
			asked.reply(NOT_SERVING);
			awaitCurrent(client, 1);
			for (int i = 0; i < 40; i++) {
				put(client);
				this.timer.advance(SECOND);
			}
			assertThat(endpoint(client, 0).isFit()).as("as long as the client is in use").isFalse();
			assertThat(asked.cancelled()).isNotDone();
			this.timer.advance(Duration.ofMinutes(1));
			await().until(asked.cancelled()::isDone);
			assertThat(this.timer.waiting()).isEmpty();
		}
	}

	@Test
	void callToOneMemberByNameIsNoUse() {
		try (TestClient client = settings(2).open()) {
			client.maintenance().status(server(1).endpoint()).sync();
			this.timer.advance(Duration.ofSeconds(5));
			assertThat(server(1).streams(ASKED)).isEmpty();
			assertThat(this.timer.waiting()).isEmpty();
		}
	}

	@Test
	void roundRobinLeavesOutWhoeverDoesNotServe() {
		try (TestClient client = settings(3).strategy(EndpointStrategy.ROUND_ROBIN).open()) {
			await().until(() -> {
				put(client);
				return client.transport().endpointStates().stream().allMatch(EndpointState::connected);
			});
			for (int i = 0; i < 3; i++) {
				put(client);
			}
			this.timer.advance(SECOND);
			this.servers.forEach((server) -> server.stream(ASKED, 1).reply(SERVING));
			ScriptedStream second = server(1).stream(ASKED, 1);
			second.reply(NOT_SERVING);
			awaitUnfit(client, 1);
			int before = puts(1);
			for (int i = 0; i < 40; i++) {
				put(client);
				this.timer.advance(SECOND);
			}
			assertThat(puts(1)).isEqualTo(before);
			second.reply(SERVING);
			passRecovery(client, 1);
			for (int i = 0; i < 3; i++) {
				put(client);
			}
			assertThat(puts(1)).isEqualTo(before + 1);
		}
	}

	@Test
	void connectionThatIsLostTakesItsVerdictAlong() {
		try (TestClient client = settings(2).open()) {
			ask(client, 0).reply(NOT_SERVING);
			awaitCurrent(client, 1);
			int port = server(0).port();
			server(0).close();
			await().until(() -> endpoint(client, 0).isFit());
			this.servers.set(0, ScriptedServer.start(port));
			put(client);
			assertThat(puts(1)).isOne();
		}
	}

	@Test
	void memberThatShutsDownIsNotHeldUp() {
		try (TestClient client = settings(2).open()) {
			ScriptedStream asked = ask(client, 0);
			server(0).shutDown();
			await().until(asked.cancelled()::isDone);
			await().until(() -> server(0).openConnections() == 0);
			put(client);
			assertThat(puts(1)).isOne();
		}
	}

	@Test
	void closedClientLeavesNothing() {
		TestClient client = settings(2).open();
		ScriptedStream asked = ask(client, 0);
		client.close();
		await().until(asked.cancelled()::isDone);
		await().until(() -> server(0).openConnections() == 0);
		assertThat(this.timer.waiting()).isEmpty();
		assertThat(client.threads()).isZero();
	}

	@Test
	void withoutTheCheckNobodyIsAsked() {
		try (TestClient client = TestClient.of(server(0).endpoint(), server(1).endpoint()).timer(this.timer).open()) {
			new RecordingStream(client).start().await("received");
			for (int i = 0; i < 5; i++) {
				put(client);
				this.timer.advance(SECOND);
			}
			assertThat(server(0).streams(ASKED)).isEmpty();
		}
	}

	@Test
	void readsThatAMemberWithoutALeaderHoldsMoveOnAndWritesKeepWaiting() {
		server(0).on(ScriptedServer.RANGE, ScriptedServer.SILENCE)
			.on(ScriptedServer.PUT, ScriptedServer.reply(PutResponse.getDefaultInstance()), ScriptedServer.SILENCE)
			.on(ScriptedServer.HEALTH, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"));
		try (TestClient client = settings(3).open()) {
			ask(client, 0);
			CompletableFuture<?> read = client.kv().get("k").async();
			CompletableFuture<?> stale = client.kv().get("k").serializable().async();
			CompletableFuture<?> write = client.kv().put("k", "v").async();
			server(0).call(ScriptedServer.RANGE, 2);
			server(0).call(ScriptedServer.PUT, 2);
			this.timer.advance(SECOND);
			assertThat(read).succeedsWithin(Duration.ofSeconds(20));
			assertThat(server(1).count(ScriptedServer.RANGE)).isOne();
			assertThat(server(0).call(ScriptedServer.HEALTH, 1).header("hasleader")).isEqualTo("true");
			awaitUnfit(client, 0);
			awaitCurrent(client, 1);
			put(client);
			assertThat(puts(1)).isOne();
			assertThat(write).isNotDone();
			assertThat(stale).isNotDone();
			// The member is asked again, and believed once it has been well for a second.
			server(0).on(ScriptedServer.HEALTH, ScriptedServer.reply(PutResponse.getDefaultInstance()));
			this.timer.advance(SECOND);
			server(0).stream(ASKED, 2).reply(SERVING);
			passRecovery(client, 0);
		}
	}

	@Test
	void tokenThatAMemberWithoutALeaderHoldsIsFetchedElsewhere() {
		server(0).on(ScriptedServer.AUTHENTICATE,
				ScriptedServer.reply(AuthenticateResponse.newBuilder().setToken("old").build()), ScriptedServer.SILENCE)
			.on(ScriptedServer.PUT, ScriptedServer.reply(PutResponse.getDefaultInstance()),
					ScriptedServer.fail(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token"))
			.on(ScriptedServer.HEALTH, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"));
		try (TestClient client = settings(3).credentials("root", "secret").open()) {
			ask(client, 0);
			CompletableFuture<?> put = client.kv().put("k", "v").async();
			server(0).call(ScriptedServer.AUTHENTICATE, 2);
			// The refusal of the token was a sign of life.
			this.timer.advance(SECOND);
			this.timer.advance(SECOND);
			assertThat(put).succeedsWithin(Duration.ofSeconds(20));
			assertThat(server(1).count(ScriptedServer.AUTHENTICATE)).isOne();
			assertThat(puts(1)).isOne();
		}
	}

	@Test
	void readThatIsFoundWaitingLaterMovesOnToo() {
		server(0).on(ScriptedServer.RANGE, ScriptedServer.SILENCE)
			.on(ScriptedServer.HEALTH, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"));
		try (TestClient client = settings(3).open()) {
			ask(client, 0);
			CompletableFuture<?> first = client.kv().get("k").async();
			server(0).call(ScriptedServer.RANGE, 1);
			this.timer.advance(Duration.ofMillis(500));
			CompletableFuture<?> second = client.kv().get("k").async();
			server(0).call(ScriptedServer.RANGE, 2);
			this.timer.advance(Duration.ofMillis(500));
			assertThat(first).succeedsWithin(Duration.ofSeconds(20));
			awaitCurrent(client, 1);
			assertThat(second).isNotDone();
			this.timer.advance(Duration.ofMillis(500));
			assertThat(second).succeedsWithin(Duration.ofSeconds(20));
			assertThat(server(0).count(ScriptedServer.RANGE)).isEqualTo(2);
			assertThat(server(1).count(ScriptedServer.RANGE)).isEqualTo(2);
		}
	}

	@Test
	void onlyEndpointWithoutALeaderHoldsOnToNothingThatHasEnded() {
		server(0).on(ScriptedServer.RANGE, ScriptedServer.SILENCE)
			.on(ScriptedServer.PUT, ScriptedServer.SILENCE)
			.on(ScriptedServer.HEALTH, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"));
		try (TestClient client = settings(1).timeout(Duration.ofSeconds(3)).open()) {
			CompletableFuture<?> read = client.kv().get("k").async();
			CompletableFuture<?> write = client.kv().put("k", "v").async();
			server(0).call(ScriptedServer.RANGE, 1);
			server(0).call(ScriptedServer.PUT, 1);
			await().until(() -> {
				this.timer.advance(Duration.ofMillis(50));
				return server(0).count(ScriptedServer.HEALTH) > 0;
			});
			await().until(() -> !endpoint(client, 0).failureDetector().holdsReads());
			assertThat(endpoint(client, 0).isFit()).isTrue();
			this.timer.advance(Duration.ofSeconds(2));
			assertThat(read).failsWithin(Duration.ofSeconds(20));
			assertThat(write).failsWithin(Duration.ofSeconds(20));
		}
	}

	@Test
	void readsStayWithAMemberWithoutALeaderWhileThereIsNoOther() {
		server(0).on(ScriptedServer.RANGE, ScriptedServer.SILENCE)
			.on(ScriptedServer.HEALTH, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"));
		TestClient.Settings settings = settings(3);
		server(1).close();
		server(2).close();
		try (TestClient client = settings.open()) {
			ask(client, 0);
			CompletableFuture<?> read = client.kv().get("k").async();
			Exchange held = server(0).call(ScriptedServer.RANGE, 1);
			this.timer.advance(SECOND);
			awaitUnfit(client, 0);
			assertThat(read).isNotDone();
			held.reply(RangeResponse.getDefaultInstance().toByteArray());
			assertThat(read).succeedsWithin(Duration.ofSeconds(20));
			assertThat(server(0).count(ScriptedServer.RANGE)).isOne();
		}
	}

	@Test
	void stateIsReadFromTheWire() {
		assertThat(HealthRpc.state(SERVING)).isEqualTo(HealthRpc.SERVING);
		assertThat(HealthRpc.state(NOT_SERVING)).isEqualTo(HealthRpc.NOT_SERVING);
		assertThat(HealthRpc.state(new byte[0])).isZero();
		assertThat(HealthRpc.state(new byte[] { 18, 1, 7, 8, 2 })).as("after a field of the future").isEqualTo(2);
		assertThat(HealthRpc.state(new byte[] { 8 })).as("not a message").isZero();
	}

}
