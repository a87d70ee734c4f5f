/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams on connections that are there but lead nowhere. The first server is behind a
 * relay.
 */
class StreamLivenessTests {

	private static final String METHOD = ScriptedServer.KEEP_ALIVE;

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final ManualTimer timer = new ManualTimer();

	private ScriptedServer first;

	private ScriptedServer second;

	private TcpRelay relay;

	@BeforeEach
	void start() {
		this.first = ScriptedServer.start().onStream(METHOD, RecordingStream.GOOD);
		this.second = ScriptedServer.start().onStream(METHOD, RecordingStream.GOOD);
		this.relay = new TcpRelay(this.first.port());
	}

	@AfterEach
	void stop() {
		this.relay.close();
		this.first.close();
		this.second.close();
	}

	private TestClient.Settings both() {
		return TestClient.of(this.relay.endpoint(), this.second.endpoint());
	}

	private static void ask(RecordingStream stream) {
		stream.stream().execute(() -> {
			stream.stream().send(RecordingStream.request(99));
			stream.stream().awaitAnswer();
		});
	}

	/** What was asked of gRPC while time stood still has its answer, or never will. */
	private void awaitTimers(int timers) {
		await().untilAsserted(() -> assertThat(this.timer.waiting()).hasSize(timers));
	}

	@Test
	void memberThatTakesNoConnectionForStreamsIsPassedOver() {
		try (TestClient client = both().timer(this.timer).open()) {
			client.kv().put("k", "v").sync();
			this.relay.swallow(Integer.MAX_VALUE);
			RecordingStream stream = new RecordingStream(client).start();
			await().until(() -> this.relay.accepted() == 2);
			this.timer.advance(SECOND);
			stream.await("received");
			assertThat(stream.events()).containsExactly("opened", "opened", "received 1");
			assertThat(this.second.streams(METHOD)).hasSize(1);
			assertThat(this.first.streams(METHOD)).isEmpty();
			awaitTimers(1);
		}
	}

	@Test
	void streamThatIsPassedOnAtOnceIsStillCheckedOnceASecond() {
		try (TestClient client = both().strategy(EndpointStrategy.ROUND_ROBIN).timer(this.timer).open()) {
			// An endpoint is connected when its turn comes, at the latest.
			await().until(() -> {
				client.kv().put("k", "v").sync();
				return client.transport().endpointStates().stream().allMatch(EndpointState::connected);
			});
			awaitTimers(0);
			this.relay.swallow(Integer.MAX_VALUE);
			List<RecordingStream> streams = Stream.generate(() -> new RecordingStream(client).start())
				.limit(4)
				.toList();
			await().untilAsserted(() -> assertThat(this.second.streams(METHOD)).hasSize(2));
			this.timer.advance(SECOND);
			streams.forEach((stream) -> stream.await("received"));
			for (int i = 0; i < 3; i++) {
				awaitTimers(4);
				this.timer.advance(SECOND);
			}
			awaitTimers(4);
			assertThat(this.second.streams(METHOD)).hasSize(4);
		}
	}

	@Test
	void onlyMemberThatTakesNoConnectionForStreamsIsAskedOnAFreshOne() {
		try (TestClient client = TestClient.of(this.relay.endpoint()).timer(this.timer).open()) {
			client.kv().put("k", "v").sync();
			this.relay.swallow(1);
			RecordingStream stream = new RecordingStream(client).start();
			await().until(() -> this.relay.accepted() == 2);
			this.timer.advance(SECOND);
			stream.await("received");
			assertThat(stream.events()).containsExactly("opened", "disconnected 1 UNREACHABLE", "opened", "received 1");
			assertThat(stream.lastFailure().detail()).isEqualTo("no connection for streams after 1000 ms");
		}
	}

	@Test
	void lineOnWhichConnectingTakesLongIsWaitedFor() {
		this.relay.delay(Duration.ofMillis(1500));
		try (TestClient client = TestClient.of(this.relay.endpoint()).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			assertThat(stream.events("disconnected")).hasSizeBetween(1, 2);
		}
	}

	@Test
	void awaitedAnswerThatDoesNotComeShowsAFrozenConnectionWithinThreeSeconds() {
		try (TestClient client = both().timer(this.timer).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			RecordingStream idle = new RecordingStream(client).start().await("received");
			awaitTimers(2);
			this.timer.advance(Duration.ofMillis(500));
			this.relay.freeze();
			long begin = System.nanoTime();
			ask(stream);
			for (int i = 0; i < 3; i++) {
				assertThat(stream.events()).hasSize(2);
				this.timer.advance(SECOND);
			}
			stream.await("received", 2);
			assertThat(stream.events()).containsExactly("opened", "received 1", "disconnected 1 CONNECTION_LOST",
					"opened", "received 1");
			idle.await("received", 2);
			assertThat(this.second.streams(METHOD)).as("the idle one goes along").hasSize(2);
			assertThat(Elapsed.since(begin)).as("without a ping").isLessThan(Duration.ofSeconds(9));
			for (int i = 0; i < 10; i++) {
				awaitTimers(2);
				this.timer.advance(SECOND);
			}
			awaitTimers(2);
			assertThat(stream.events()).hasSize(5);
		}
	}

	@Test
	void idleStreamOnAFrozenConnectionIsLeftAlone() {
		try (TestClient client = both().timer(this.timer).open()) {
			RecordingStream idle = new RecordingStream(client).start().await("received");
			this.relay.freeze();
			for (int i = 0; i < 10; i++) {
				awaitTimers(1);
				this.timer.advance(SECOND);
			}
			this.relay.thaw();
			this.first.stream(METHOD, 1).reply(RecordingStream.answer(2));
			idle.await("received 2");
			assertThat(idle.events()).containsExactly("opened", "received 1", "received 2");
			assertThat(this.first.count(ScriptedServer.HEALTH)).isZero();
		}
	}

	@Test
	void memberThatOnlyTakesLongToAnswerKeepsTheStream() {
		try (TestClient client = both().timer(this.timer).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			ask(stream);
			for (int i = 1; i <= 5; i++) {
				awaitTimers(1);
				this.timer.advance(SECOND);
			}
			awaitTimers(1);
			assertThat(this.first.count(ScriptedServer.HEALTH)).isBetween(3, 5);
			this.first.stream(METHOD, 1).reply(RecordingStream.answer(2));
			stream.await("received 2");
			int signs = this.first.count(ScriptedServer.HEALTH);
			for (int i = 1; i <= 5; i++) {
				awaitTimers(1);
				this.timer.advance(SECOND);
			}
			assertThat(this.first.count(ScriptedServer.HEALTH)).as("after the answer").isEqualTo(signs);
			assertThat(stream.events("opened")).hasSize(1);
		}
	}

	@Test
	void answerOnTheWayWhileTheEndpointIsAskedKeepsTheStream() {
		this.first.on(ScriptedServer.HEALTH, ScriptedServer.SILENCE);
		try (TestClient client = both().timer(this.timer).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			ask(stream);
			awaitTimers(1);
			this.timer.advance(SECOND);
			if (this.timer.waiting().size() == 1) {
				this.timer.advance(SECOND);
			}
			this.first.call(ScriptedServer.HEALTH, 1);
			this.timer.advance(Duration.ofMillis(500));
			this.first.stream(METHOD, 1).reply(RecordingStream.answer(2));
			stream.await("received 2");
			this.timer.advance(Duration.ofSeconds(3));
			assertThat(stream.events()).containsExactly("opened", "received 1", "received 2");
		}
	}

	@Test
	void deadConnectionForCallsMakesIdleStreamsBeChecked() {
		try (TestClient client = both().open()) {
			RecordingStream idle = new RecordingStream(client).start().await("received");
			this.relay.freeze();
			long begin = System.nanoTime();
			client.kv().get("k").sync();
			idle.await("received", 2);
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofSeconds(6));
			assertThat(idle.lastFailure().reason()).isEqualTo(Reason.CONNECTION_LOST);
			assertThat(idle.lastFailure().detail()).isEqualTo("the endpoint does not answer");
			assertThat(this.second.streams(METHOD)).hasSize(1);
		}
	}

	@Test
	void nothingWasHeardBeforeTheBeginning() {
		LastHeard lastHeard = new LastHeard(this.timer);
		// The clock overflows meanwhile.
		this.timer.advance(Duration.ofHours(1));
		long now = this.timer.nanoTime();
		assertThat(lastHeard.isSilentSince(now - SECOND.toNanos())).isTrue();
		lastHeard.now();
		assertThat(lastHeard.isSilentSince(now - SECOND.toNanos())).isFalse();
		assertThat(lastHeard.isSilentSince(now)).isFalse();
	}

}
