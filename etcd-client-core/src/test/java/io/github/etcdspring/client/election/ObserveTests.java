/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.election;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.ManualTimer;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.proto.LeaderRequest;
import io.github.etcdspring.proto.LeaderResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * How an observation goes on, and ends, when its server misbehaves.
 */
class ObserveTests {

	private static final String OBSERVE = ScriptedServer.OBSERVE;

	private static final String LEADER = "v3electionpb.Election/Leader";

	private static final Duration SOON = Duration.ofSeconds(20);

	private final RecordingObserver observer = new RecordingObserver();

	private ScriptedServer server;

	@BeforeEach
	void start() {
		this.server = ScriptedServer.start();
		this.server.on(LEADER, ScriptedServer.fail(Status.Code.UNKNOWN, "election: no leader"));
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private static ObserveRequest observe(TestClient client) {
		return new ElectionService(client.transport(), Namespace.of("ns/")).observe("e");
	}

	private static LeaderResponse leader(String value, long revision) {
		return LeaderResponse.newBuilder()
			.setKv(io.github.etcdspring.proto.KeyValue.newBuilder()
				.setKey(ByteString.copyFromUtf8("ns/e/2a"))
				.setValue(ByteString.copyFromUtf8(value))
				.setCreateRevision(3)
				.setModRevision(revision)
				.setVersion(1)
				.setLease(42))
			.build();
	}

	private static void endEarly(ScriptedStream stream, boolean failing) {
		if (failing) {
			stream.fail(Status.Code.UNKNOWN, "election: observe closed early");
		}
		else {
			stream.complete();
		}
	}

	private void awaitTold(String... expected) {
		await().untilAsserted(() -> assertThat(this.observer.told()).containsExactly(expected));
	}

	private EtcdException closed() {
		return assertThat(this.observer.closed()).succeedsWithin(SOON)
			.asInstanceOf(InstanceOfAssertFactories.type(EtcdException.class))
			.actual();
	}

	@Test
	void leaderAndItsValuesAreTold() {
		try (TestClient client = TestClient.of(this.server.endpoint()).open();
				Observation observation = observe(client).open(this.observer)) {
			ScriptedStream stream = this.server.stream(OBSERVE, 1);
			assertThat(stream.request(1, LeaderRequest.parser()).getName().toStringUtf8()).isEqualTo("ns/e");
			assertThat(stream.halfClosed()).succeedsWithin(SOON);
			assertThat(stream.header("hasleader")).isEqualTo("true");
			stream.reply(leader("one", 5));
			awaitTold("one");
			stream.reply(leader("two", 6));
			awaitTold("one", "two");
			KeyValue told = this.observer.leaders().get(1);
			assertThat(told.keyAsUtf8()).isEqualTo("e/2a");
			assertThat(told.createRevision()).isEqualTo(3);
			assertThat(told.modRevision()).isEqualTo(6);
			assertThat(told.lease()).isEqualTo(42);
			observation.close();
			assertThat(stream.cancelled()).succeedsWithin(SOON);
			assertThat(this.observer.closed()).succeedsWithin(SOON).isNull();
		}
		awaitTold("one", "two", "closed");
	}

	@Test
	void goesOnAtAnotherMemberWithoutTellingTheSameLeaderTwice() {
		try (ScriptedServer second = ScriptedServer.start();
				TestClient client = TestClient.of(this.server.endpoint(), second.endpoint()).open();
				Observation observation = observe(client).open(this.observer)) {
			this.server.stream(OBSERVE, 1).reply(leader("one", 5));
			awaitTold("one");
			this.server.close();
			second.stream(OBSERVE, 1).reply(leader("one", 5));
			awaitTold("one", "disconnected", "resumed");
			second.stream(OBSERVE, 1).reply(leader("two", 8));
			awaitTold("one", "disconnected", "resumed", "two");
			second.stream(OBSERVE, 1).fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped");
			// Somebody else with an older value has taken over meanwhile.
			second.stream(OBSERVE, 2).reply(leader("three", 7));
			awaitTold("one", "disconnected", "resumed", "two", "disconnected", "resumed", "three");
			assertThat(observation).isNotNull();
		}
		assertThat(this.observer.closed()).succeedsWithin(SOON).isNull();
	}

	@Test
	void endOfTheStreamByTheServerIsAnInterruption() {
		try (TestClient client = TestClient.of(this.server.endpoint()).open();
				Observation observation = observe(client).open(this.observer)) {
			this.server.stream(OBSERVE, 1).reply(leader("one", 5));
			awaitTold("one");
			this.server.stream(OBSERVE, 1).complete();
			this.server.stream(OBSERVE, 2).reply(leader("two", 6));
			awaitTold("one", "disconnected", "resumed", "two");
			assertThat(observation).isNotNull();
		}
	}

	@Test
	void withoutRetriesItEndsWithItsConnection() {
		try (TestClient client = TestClient.of(this.server.endpoint()).open();
				Observation observation = observe(client).maxRetries(0).open(this.observer)) {
			this.server.stream(OBSERVE, 1).reply(leader("one", 5));
			awaitTold("one");
			this.server.stream(OBSERVE, 1).fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped");
			EtcdException cause = closed();
			assertThat(cause.reason()).isEqualTo(Reason.SERVER_STOPPED);
			assertThat(cause.operation()).isEqualTo("observe");
			assertThat(cause.endpoint()).isEqualTo(this.server.endpoint());
			awaitTold("one", "closed");
			observation.close();
		}
		assertThat(this.server.streams(OBSERVE)).hasSize(1);
		assertThat(this.observer.told()).containsExactly("one", "closed");
	}

	@Test
	void oneRetryIsOneMoreStream() {
		this.server.onStream(OBSERVE, (stream) -> stream.fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped"));
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			observe(client).maxRetries(1).open(this.observer);
			assertThat(closed().reason()).isEqualTo(Reason.SERVER_STOPPED);
		}
		assertThat(this.server.streams(OBSERVE)).hasSize(2);
		assertThat(this.observer.told()).containsExactly("closed");
	}

	@Test
	void withoutALimitItGoesOnTrying() {
		ManualTimer timer = new ManualTimer();
		this.server.onStream(OBSERVE, (stream) -> stream.fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped"));
		try (TestClient client = TestClient.of(this.server.endpoint()).timer(timer).open();
				Observation observation = observe(client).maxRetries(-1).open(this.observer)) {
			await().pollInterval(Duration.ofMillis(5)).until(() -> {
				timer.advance(Duration.ofMillis(50));
				return this.server.streams(OBSERVE).size() >= 12;
			});
			this.server.onStream(OBSERVE, (stream) -> stream.reply(leader("one", 5)));
			await().untilAsserted(() -> {
				timer.advance(Duration.ofMillis(200));
				assertThat(this.observer.told()).containsExactly("one");
			});
			assertThat(observation).isNotNull();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "PERMISSION_DENIED", "UNIMPLEMENTED", "INVALID_ARGUMENT" })
	void whatWouldOnlyRepeatEndsIt(String code) {
		this.server.onStream(OBSERVE, (stream) -> stream.fail(Status.Code.valueOf(code), "no"));
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			observe(client).maxRetries(-1).open(this.observer);
			EtcdException cause = closed();
			assertThat(cause.status().name()).isEqualTo(code);
		}
		assertThat(this.server.streams(OBSERVE)).hasSize(1);
		assertThat(this.observer.told()).containsExactly("closed");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void deniedUserIsToldSoAlthoughTheStreamDoesNotSay(boolean failing) {
		this.server.onStream(OBSERVE, (stream) -> endEarly(stream, failing));
		this.server.on(LEADER, ScriptedServer.fail(Status.Code.UNKNOWN, "etcdserver: permission denied"));
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			observe(client).maxRetries(-1).open(this.observer);
			assertThat(closed()).isInstanceOf(PermissionDeniedException.class);
		}
		assertThat(this.observer.told()).containsExactly("closed");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void tokenIsReplacedAlthoughTheStreamDoesNotSayThatItExpired(boolean failing) {
		this.server.onStream(OBSERVE, (stream) -> {
			if ("token-1".equals(stream.header("token"))) {
				endEarly(stream, failing);
			}
			else {
				stream.reply(leader("one", 5));
			}
		});
		this.server.on(LEADER, (exchange) -> {
			boolean old = "token-1".equals(exchange.header("token"));
			exchange.fail(old ? Status.Code.UNAUTHENTICATED : Status.Code.UNKNOWN,
					old ? "etcdserver: invalid auth token" : "election: no leader");
		});
		try (TestClient client = TestClient.of(this.server.endpoint()).credentials("user", "secret").open();
				Observation observation = observe(client).open(this.observer)) {
			awaitTold("one");
			assertThat(observation).isNotNull();
		}
		assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isEqualTo(2);
	}

	@Test
	void streamOfAnElectionWithoutALeaderIsBackAfterTenQuietSeconds() {
		ManualTimer timer = new ManualTimer();
		try (TestClient client = TestClient.of(this.server.endpoint()).timer(timer).open();
				Observation observation = observe(client).maxRetries(1).open(this.observer)) {
			this.server.stream(OBSERVE, 1).reply(leader("one", 5));
			awaitTold("one");
			for (int i = 2; i <= 4; i++) {
				this.server.stream(OBSERVE, i - 1).fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped");
				int number = i;
				await().untilAsserted(() -> {
					timer.advance(Duration.ofMillis(200));
					assertThat(this.server.streams(OBSERVE)).hasSize(number);
				});
				// The server may know of the stream before the client has looked at its
				// time.
				await().until(() -> timer.waitingAbout(Duration.ofSeconds(10)) != null);
				timer.advance(Duration.ofSeconds(10));
				await().untilAsserted(() -> assertThat(this.observer.told()).hasSize(2 * number - 1));
			}
			awaitTold("one", "disconnected", "resumed", "disconnected", "resumed", "disconnected", "resumed");
			assertThat(observation).isNotNull();
		}
	}

	@Test
	void observationThatIsRefusedAgainAndAgainIsNotResumedInBetween() {
		ManualTimer timer = new ManualTimer();
		this.server.onStream(OBSERVE, (stream) -> {
			stream.reply(leader("one", 5));
			stream.fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped");
		}, (stream) -> stream.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"));
		try (TestClient client = TestClient.of(this.server.endpoint()).timer(timer).open();
				Observation observation = observe(client).maxRetries(-1).open(this.observer)) {
			// About one a second: for longer than a server that says nothing is waited
			// for.
			await().pollInterval(Duration.ofMillis(5)).until(() -> {
				timer.advance(Duration.ofMillis(50));
				return this.server.streams(OBSERVE).size() > 15;
			});
			awaitTold("one", "disconnected");
			assertThat(observation).isNotNull();
		}
	}

	@Test
	void observationOutlivesTokensThatAreRefusedAgainAndAgain() {
		this.server.onStream(OBSERVE, (stream) -> {
			if (isOneOfTheFirstTokens(stream.header("token"))) {
				endEarly(stream, true);
			}
			else {
				stream.reply(leader("one", 5));
			}
		});
		this.server.on(LEADER, (exchange) -> {
			boolean refused = isOneOfTheFirstTokens(exchange.header("token"));
			exchange.fail(refused ? Status.Code.UNAUTHENTICATED : Status.Code.UNKNOWN,
					refused ? "etcdserver: invalid auth token" : "election: no leader");
		});
		try (TestClient client = TestClient.of(this.server.endpoint()).credentials("user", "secret").open();
				Observation observation = observe(client).maxRetries(-1).open(this.observer)) {
			await().atMost(Duration.ofSeconds(40)).until(() -> this.observer.told().contains("one"));
			assertThat(this.observer.told()).doesNotContain("closed");
			assertThat(observation).isNotNull();
		}
	}

	private static boolean isOneOfTheFirstTokens(@Nullable String token) {
		return token != null && token.matches("token-[1-7]");
	}

	@Test
	void closeBeforeTheFirstAnswerIsTheEnd() {
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			Observation observation = observe(client).open(this.observer);
			ScriptedStream stream = this.server.stream(OBSERVE, 1);
			observation.close();
			observation.close();
			assertThat(this.observer.closed()).succeedsWithin(SOON).isNull();
			assertThat(stream.cancelled()).succeedsWithin(SOON);
		}
		assertThat(this.observer.told()).containsExactly("closed");
	}

	@Test
	void closeBeforeThereIsAConnectionIsTheEnd() {
		try (TestClient client = TestClient.of("http://127.0.0.1:1").open()) {
			Observation observation = observe(client).open(this.observer);
			observation.close();
			assertThat(this.observer.closed()).succeedsWithin(SOON).isNull();
		}
		assertThat(this.observer.told()).containsExactly("closed");
	}

	@Test
	void closeFromTheListenerIsTheEnd() {
		CompletableFuture<Observation> self = new CompletableFuture<>();
		RecordingObserver closing = new RecordingObserver() {

			@Override
			public void onLeader(KeyValue leader) {
				super.onLeader(leader);
				self.orTimeout(20, TimeUnit.SECONDS).join().close();
			}

		};
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			self.complete(observe(client).open(closing));
			this.server.stream(OBSERVE, 1).reply(leader("one", 5));
			this.server.stream(OBSERVE, 1).reply(leader("two", 6));
			assertThat(closing.closed()).succeedsWithin(SOON).isNull();
		}
		assertThat(closing.told()).hasSize(2).last().isEqualTo("closed");
	}

	@Test
	void closedClientEndsIt() {
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			observe(client).maxRetries(-1).open(this.observer);
			this.server.stream(OBSERVE, 1);
			client.close();
			assertThat(closed()).isInstanceOf(ClientClosedException.class);
			RecordingObserver late = new RecordingObserver();
			observe(client).open(late);
			assertThat(late.closed()).succeedsWithin(SOON).isInstanceOf(ClientClosedException.class);
		}
		assertThat(this.observer.told()).containsExactly("closed");
	}

	@Test
	@SuppressWarnings("NullAway") // that is the test
	void argumentsAreChecked() {
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			assertThatIllegalArgumentException().isThrownBy(() -> observe(client).maxRetries(-2))
				.withMessageContaining("'maxRetries'")
				.withMessageContaining("-2");
			assertThatIllegalArgumentException().isThrownBy(() -> observe(client).open(null))
				.withMessageContaining("'listener'");
			assertThatIllegalArgumentException()
				.isThrownBy(() -> new ElectionService(client.transport(), Namespace.NONE).observe(""))
				.withMessageContaining("'name'");
		}
	}

}
