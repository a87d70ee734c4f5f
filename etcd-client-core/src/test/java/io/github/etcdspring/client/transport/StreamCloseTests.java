/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What closing a stream, or its client, means for those who use it.
 */
class StreamCloseTests {

	private static final String METHOD = ScriptedServer.KEEP_ALIVE;

	private ScriptedServer server;

	@BeforeEach
	void start() {
		this.server = ScriptedServer.start().onStream(METHOD, RecordingStream.GOOD);
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private TestClient.Settings settings() {
		return TestClient.of(this.server.endpoint());
	}

	private static void assertEndsWithinASecond(TestClient client, List<RecordingStream> streams) {
		assertThat(Elapsed.of(client::close)).isLessThan(Duration.ofSeconds(1));
		for (RecordingStream stream : streams) {
			stream.await("ended CLOSED");
			assertThat(stream.events("ended")).hasSize(1);
			assertThat(stream.events()).endsWith("ended CLOSED");
			assertThat(stream.lastFailure().toException()).isInstanceOf(ClientClosedException.class);
			assertThat(stream.stream().isOpen()).isFalse();
		}
		ResumableStreamTests.assertNothingLeft(client);
		await().untilAsserted(() -> assertThat(client.threads()).isZero());
	}

	@Test
	void openStreams() {
		TestClient client = settings().open();
		List<RecordingStream> streams = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			streams.add(new RecordingStream(client).start().await("received"));
		}
		assertEndsWithinASecond(client, streams);
		await().untilAsserted(() -> assertThat(this.server.openConnections()).isZero());
		assertThat(this.server.streams(METHOD)).hasSize(20).allMatch((stream) -> stream.cancelled().isDone());
	}

	@Test
	void streamThatWaitsForAnEndpoint() {
		try (TcpRelay hole = TcpRelay.blackHole()) {
			TestClient client = TestClient.of(hole.endpoint()).open();
			RecordingStream stream = new RecordingStream(client).start();
			await().until(() -> hole.accepted() == 1);
			assertEndsWithinASecond(client, List.of(stream));
			assertThat(stream.events()).hasSize(1);
		}
	}

	@Test
	void streamThatWaitsForAConnectionOfItsOwn() {
		try (TcpRelay relay = new TcpRelay(this.server.port())) {
			TestClient client = TestClient.of(relay.endpoint()).open();
			client.kv().put("k", "v").sync();
			relay.swallow(Integer.MAX_VALUE);
			RecordingStream stream = new RecordingStream(client).start().await("opened");
			assertEndsWithinASecond(client, List.of(stream));
		}
	}

	@Test
	void streamThatWaitsForAToken() {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.SILENCE);
		TestClient client = settings().credentials("root", "secret").open();
		RecordingStream stream = new RecordingStream(client).start();
		this.server.call(ScriptedServer.AUTHENTICATE, 1);
		assertEndsWithinASecond(client, List.of(stream));
		assertThat(stream.events()).hasSize(1);
	}

	@Test
	void streamInAPause() {
		this.server.onStream(METHOD, RecordingStream.refusal(Status.Code.ABORTED, "no"));
		ManualTimer timer = new ManualTimer();
		TestClient client = settings().timer(timer).open();
		RecordingStream stream = new RecordingStream(client).start().await("disconnected 2");
		await().until(() -> timer.waitingAbout(Duration.ofMillis(500)) != null);
		assertEndsWithinASecond(client, List.of(stream));
	}

	@Test
	void startAfterTheClientWasClosed() {
		TestClient client = settings().open();
		RecordingStream stream = new RecordingStream(client);
		client.close();
		stream.start();
		assertEndsWithinASecond(client, List.of(stream));
		assertThat(stream.events()).containsExactly("ended CLOSED");
	}

	@Test
	void clientClosedInsideOfACallbackOfAStream() {
		TestClient client = settings().open();
		RecordingStream stream = new RecordingStream(client);
		stream.whenReceived((answer) -> client.close()).start().await("ended");
		assertEndsWithinASecond(client, List.of(stream));
		assertThat(stream.events()).containsExactly("opened", "received 1", "ended CLOSED");
	}

	@Test
	void closingRacesWithOpeningAndReceiving() {
		this.server.onStream(METHOD, (stream) -> {
			for (int i = 0; i < 5; i++) {
				stream.reply(RecordingStream.answer(i));
			}
		});
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger violations = new AtomicInteger();
		try (TestClient client = settings().open()) {
			for (int i = 0; i < 3000; i++) {
				AtomicBoolean closed = new AtomicBoolean();
				Strict handler = new Strict(closed, inside, violations);
				ResumableStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = client.transport()
					.stream(RecordingStream.RPC, handler);
				inside.set(0);
				stream.start();
				for (int spin = 0; spin < (i % 30) * 20; spin++) {
					Thread.onSpinWait();
				}
				CompletableFuture<Void> done = new CompletableFuture<>();
				stream.execute(() -> {
					stream.close();
					closed.set(true);
					done.complete(null);
				});
				done.orTimeout(10, TimeUnit.SECONDS).join();
			}
			assertThat(violations).hasValue(0);
			ResumableStreamTests.assertNothingLeft(client);
			await().untilAsserted(
					() -> assertThat(this.server.streams(METHOD)).allMatch((stream) -> stream.cancelled().isDone()));
		}
	}

	@Test
	void closingTheClientRacesWithTheStartOfStreams() {
		for (int i = 0; i < 200; i++) {
			TestClient client = settings().open();
			RecordingStream early = new RecordingStream(client).start();
			RecordingStream racing = new RecordingStream(client);
			Thread starter = new Thread(racing::start);
			starter.start();
			for (int spin = 0; spin < i * 20; spin++) {
				Thread.onSpinWait();
			}
			client.close();
			early.await("ended CLOSED");
			racing.await("ended CLOSED");
			assertThat(early.events("ended")).hasSize(1);
			assertThat(racing.events("ended")).hasSize(1);
			assertThat(client.transport().streams()).isEmpty();
		}
	}

	@Test
	void twoHundredRoundsLeaveNothing() {
		try (TestClient client = settings().open()) {
			new RecordingStream(client).start().await("received").close();
			long threads = client.threads();
			for (int i = 0; i < 200; i++) {
				new RecordingStream(client).start().await("received").close();
			}
			ResumableStreamTests.assertNothingLeft(client);
			assertThat(client.threads()).isLessThanOrEqualTo(threads);
			assertThat(this.server.connections()).isEqualTo(2);
		}
	}

	/**
	 * Counts what must not happen.
	 */
	private static final class Strict implements StreamHandler<LeaseKeepAliveResponse> {

		private final AtomicBoolean closed;

		private final AtomicInteger inside;

		private final AtomicInteger violations;

		Strict(AtomicBoolean closed, AtomicInteger inside, AtomicInteger violations) {
			this.closed = closed;
			this.inside = inside;
			this.violations = violations;
		}

		private void check() {
			boolean alone = this.inside.incrementAndGet() == 1;
			if (!alone || this.closed.get()) {
				this.violations.incrementAndGet();
			}
			this.inside.decrementAndGet();
		}

		@Override
		public void opened() {
			check();
		}

		@Override
		public void received(LeaseKeepAliveResponse answer) {
			check();
		}

		@Override
		public void disconnected(Failure failure, int attempts) {
			this.violations.incrementAndGet();
		}

		@Override
		public void ended(Failure failure) {
			this.violations.incrementAndGet();
		}

	}

}
