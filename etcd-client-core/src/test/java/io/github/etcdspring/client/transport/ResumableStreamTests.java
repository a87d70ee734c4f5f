/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.error.TooLargeException;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * When a stream is opened, where, and when again.
 */
class ResumableStreamTests extends ThreeServersFixture {

	private static final String METHOD = ScriptedServer.KEEP_ALIVE;

	private static final String NO_LEADER = "etcdserver: no leader";

	private final ManualTimer timer = new ManualTimer();

	private TestClient.Settings settings(int endpoints) {
		return TestClient
			.of(this.servers.subList(0, endpoints).stream().map(ScriptedServer::endpoint).toArray(String[]::new))
			.timer(this.timer);
	}

	private void onAll(ScriptedServer.StreamStep... steps) {
		this.servers.forEach((server) -> server.onStream(METHOD, steps));
	}

	private int[] counts() {
		return this.servers.stream().mapToInt((server) -> server.streams(METHOD).size()).toArray();
	}

	private int count() {
		return Arrays.stream(counts()).sum();
	}

	private void awaitCount(int streams) {
		await().untilAsserted(() -> assertThat(count()).isEqualTo(streams));
	}

	/**
	 * Let a pause pass in which there is no stream.
	 * @param client the client that pauses
	 * @param pause how long it is, without its jitter
	 */
	private void pass(TestClient client, Duration pause) {
		// An open stream has timers of its own.
		await().until(() -> client.openStreams() == 0 && this.timer.waitingAbout(pause) != null);
		this.timer.pass(pause);
	}

	static void assertNothingLeft(TestClient client) {
		await().untilAsserted(() -> {
			assertThat(client.transport().streams()).isEmpty();
			assertThat(client.transport().endpoints().all()).allMatch((endpoint) -> endpoint.streams() == 0);
		});
	}

	@Test
	void nothingIsOpenedBeforeTheStart() {
		onAll(RecordingStream.GOOD);
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client);
			client.kv().put("k", "v").sync();
			assertThat(server(0).connections()).isOne();
			assertThat(stream.events()).isEmpty();
			stream.start().await("received 1");
			assertThat(server(0).connections()).as("one for calls and one for streams").isEqualTo(2);
			assertThat(server(0).stream(METHOD, 1).header("hasleader")).isEqualTo("true");
			assertThat(server(0).stream(METHOD, 1).header("token")).isNull();
		}
	}

	@Test
	void callsAndStreamsUseTwoConnectionsHoweverManyThereAre() {
		onAll(RecordingStream.GOOD);
		try (TestClient client = settings(1).open()) {
			for (int i = 0; i < 5; i++) {
				new RecordingStream(client).start().await("received");
				client.kv().put("k", "v").sync();
			}
			assertThat(server(0).connections()).isEqualTo(2);
			assertThat(server(0).streams(METHOD).stream().map(ScriptedStream::peer).distinct()).hasSize(1);
		}
	}

	@Test
	void fixedTokenIsCarriedAndALeaderIsRequiredOnlyIfWanted() {
		onAll(RecordingStream.GOOD);
		try (TestClient client = settings(1).authToken("fixed").open()) {
			StreamRpc<LeaseKeepAliveRequest, LeaseKeepAliveResponse> rpc = new StreamRpc<>("keep alive",
					RecordingStream.RPC.method(), false, false, 16, null);
			new RecordingStream(client, rpc).start().await("received");
			assertThat(server(0).stream(METHOD, 1).header("token")).isEqualTo("fixed");
			assertThat(server(0).stream(METHOD, 1).header("hasleader")).isNull();
		}
	}

	@Test
	void firstStreamOfAConnectionStaysOpen() {
		onAll(RecordingStream.GOOD);
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			for (int i = 0; i < 20; i++) {
				this.timer.advance(Duration.ofSeconds(1));
			}
			server(0).stream(METHOD, 1).reply(RecordingStream.answer(2));
			stream.await("received 2");
			assertThat(stream.events()).containsExactly("opened", "received 1", "received 2");
			assertThat(server(0).count(ScriptedServer.HEALTH)).as("sign of life of an idle stream").isZero();
		}
	}

	@ParameterizedTest
	@CsvSource({ "UNAVAILABLE, etcdserver: server stopped", "OK,", "CANCELLED, Stream has ended.",
			"UNKNOWN, context canceled", "INTERNAL, transport is closing", "RESOURCE_EXHAUSTED, calm down",
			"ABORTED, again", "DATA_LOSS, corrupt", "DEADLINE_EXCEEDED, context deadline exceeded" })
	void workingStreamThatBreaksIsOpenedAgainAtOnce(Status.Code code, String text) {
		onAll(RecordingStream.goodUntil(code, text), RecordingStream.GOOD);
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received 1", 2);
			String reason = (code == Status.Code.DEADLINE_EXCEEDED) ? "REQUEST_DEADLINE_EXCEEDED" : "";
			assertThat(stream.events()).hasSize(5)
				.startsWith("opened", "received 1")
				.endsWith("opened", "received 1")
				.element(2)
				.asString()
				.startsWith("disconnected 1 " + reason);
			assertThat(stream.lastFailure().endpoint()).isEqualTo(server(0).endpoint());
		}
	}

	@Test
	void brokenConnectionIsOpenedAgainAtOnce() {
		onAll(RecordingStream.GOOD);
		try (TcpRelay relay = new TcpRelay(server(0).port());
				TestClient client = TestClient.of(relay.endpoint()).timer(this.timer).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received 1");
			relay.cut();
			stream.await("received 1", 2);
			assertThat(stream.events()).containsExactly("opened", "received 1", "disconnected 1 CONNECTION_LOST",
					"opened", "received 1");
		}
	}

	@Test
	void streamGoesToTheNextEndpointWhenItsMemberFails() {
		onAll(RecordingStream.GOOD);
		try (TestClient client = settings(3).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received 1");
			for (int i = 0; i < 3; i++) {
				server(i).streams(METHOD).forEach((each) -> each.fail(Status.Code.UNAVAILABLE, "going away"));
				stream.await("received 1", i + 2);
				this.timer.advance(Duration.ofSeconds(6));
			}
			assertThat(counts()).containsExactly(2, 1, 1);
			assertThat(stream.events("disconnected")).containsOnly("disconnected 1 CONNECTION_LOST");
		}
	}

	@Test
	void memberThatIsNotToBlameKeepsTheStream() {
		onAll(RecordingStream.goodUntil(Status.Code.OK, ""), RecordingStream.GOOD);
		try (TestClient client = settings(3).open()) {
			new RecordingStream(client).start().await("received 1", 2);
			assertThat(counts()).containsExactly(2, 0, 0);
		}
	}

	@Test
	void attemptIsASweepOfAllEndpoints() {
		onAll(RecordingStream.refusal(Status.Code.UNAVAILABLE, "etcdserver: server stopped"));
		try (TestClient client = settings(3).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("disconnected 1");
			stream.await("disconnected 2 SERVER_STOPPED");
			pass(client, Duration.ofMillis(500));
			stream.await("disconnected 3 SERVER_STOPPED");
			assertThat(counts()).containsExactly(3, 3, 3);
			assertThat(stream.events("disconnected")).hasSize(3);
		}
	}

	@Test
	void endpointThatIsNotToBlameIsAskedOnceAnAttempt() {
		onAll(RecordingStream.refusal(Status.Code.INTERNAL, "not today"));
		try (TestClient client = settings(3).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("disconnected 2");
			assertThat(counts()).containsExactly(2, 0, 0);
			pass(client, Duration.ofMillis(500));
			stream.await("disconnected 3");
			assertThat(counts()).containsExactly(3, 0, 0);
		}
	}

	@Test
	void pausesGrowWithRefusals() {
		onAll(RecordingStream.refusal(Status.Code.UNAVAILABLE, "etcdserver: too many requests"));
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client).start();
			// Behind one address a fresh connection is tried, for calls once a second.
			for (int attempts = 2; attempts <= 13; attempts++) {
				stream.await("disconnected " + attempts + " ");
				assertThat(count()).isEqualTo(attempts);
				pass(client, Duration.ofMillis(Math.min(5000, (attempts - 1) * 500L)));
			}
		}
	}

	@Test
	void attemptsAreCountedAnewOnceTheStreamWorks() {
		onAll(RecordingStream.refusal(Status.Code.ABORTED, "no"), RecordingStream.refusal(Status.Code.ABORTED, "no"),
				RecordingStream.refusal(Status.Code.ABORTED, "no"),
				RecordingStream.goodUntil(Status.Code.ABORTED, "enough"),
				RecordingStream.refusal(Status.Code.ABORTED, "no"), RecordingStream.GOOD);
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("disconnected 2");
			pass(client, Duration.ofMillis(500));
			stream.await("disconnected 3");
			pass(client, Duration.ofSeconds(1));
			stream.await("disconnected", 5);
			pass(client, Duration.ofMillis(500));
			stream.await("received", 2);
			assertThat(stream.events("disconnected")).containsExactly("disconnected 1 OTHER", "disconnected 2 OTHER",
					"disconnected 3 OTHER", "disconnected 1 OTHER", "disconnected 2 OTHER");
		}
	}

	@Test
	void streamThatWorksButNotForLongIsNotOpenedAgainAtOnceForEver() {
		onAll(RecordingStream.goodUntil(Status.Code.ABORTED, "enough"));
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client).start();
			for (int lives = 2; lives <= 12; lives++) {
				stream.await("disconnected 1", lives);
				assertThat(count()).isEqualTo(lives);
				pass(client, Duration.ofMillis(Math.min(5000, (lives - 1) * 500L)));
			}
			assertThat(stream.events("disconnected")).containsOnly("disconnected 1 OTHER");
		}
	}

	@Test
	void leaderThatComesAndGoesIsNoHotLoop() {
		onAll(RecordingStream.goodUntil(Status.Code.UNAVAILABLE, NO_LEADER));
		try (TestClient client = settings(3).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("disconnected 0", 2);
			pass(client, Duration.ofMillis(500));
			stream.await("disconnected 0", 3);
			pass(client, Duration.ofSeconds(1));
			stream.await("disconnected 0", 4);
			assertThat(count()).isEqualTo(4);
		}
	}

	@Test
	void streamThatWorkedForLongIsOpenedAgainAtOnceEachTime() {
		onAll(RecordingStream.GOOD);
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client).start();
			for (int i = 1; i <= 5; i++) {
				stream.await("received", i);
				this.timer.advance(Duration.ofSeconds(6));
				server(0).stream(METHOD, i).fail(Status.Code.ABORTED, "enough");
			}
			stream.await("received", 6);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 3 })
	void noLeaderIsNoAttemptAndIsWaitedOut(int endpoints) {
		onAll(RecordingStream.refusal(Status.Code.UNAVAILABLE, NO_LEADER));
		try (TestClient client = settings(endpoints).open()) {
			RecordingStream stream = new RecordingStream(client).start();
			for (int sweeps = 1; sweeps <= 10; sweeps++) {
				awaitCount(sweeps * endpoints);
				pass(client, Duration.ofSeconds(1));
			}
			awaitCount(11 * endpoints);
			assertThat(Arrays.copyOf(counts(), endpoints)).as("each member is asked in its turn").containsOnly(11);
			onAll(RecordingStream.GOOD);
			pass(client, Duration.ofSeconds(1));
			stream.await("received");
			assertThat(stream.events("disconnected")).isEmpty();
		}
	}

	@Test
	void workingStreamThatLosesTheLeaderGoesToAnotherMemberAtOnce() {
		server(0).onStream(METHOD, RecordingStream.goodUntil(Status.Code.UNAVAILABLE, NO_LEADER));
		server(1).onStream(METHOD, RecordingStream.GOOD);
		try (TestClient client = settings(2).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received", 2);
			assertThat(stream.events()).containsExactly("opened", "received 1", "disconnected 0 NO_LEADER", "opened",
					"received 1");
		}
	}

	@ParameterizedTest
	@EnumSource(value = Status.Code.class, names = { "INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS",
			"PERMISSION_DENIED", "FAILED_PRECONDITION", "OUT_OF_RANGE", "UNIMPLEMENTED", "UNAUTHENTICATED" })
	void permanentStatusEndsTheStream(Status.Code code) {
		onAll(RecordingStream.refusal(code, "never"));
		try (TestClient client = settings(3).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("ended");
			assertThat(stream.events()).hasSize(2).startsWith("opened");
			assertThat(stream.lastFailure().status()).isEqualTo(StatusCode.of(code.value()));
			assertThat(stream.lastFailure().detail()).isEqualTo("never");
			assertThat(stream.lastFailure().endpoint()).isEqualTo(server(0).endpoint());
			assertThat(count()).isOne();
			assertNothingLeft(client);
		}
	}

	@Test
	void learnerIsLeftForAnotherMember() {
		server(0).onStream(METHOD,
				RecordingStream.refusal(Status.Code.UNAVAILABLE, "etcdserver: rpc not supported for learner"));
		server(1).onStream(METHOD, RecordingStream.GOOD);
		try (TestClient client = settings(2).open()) {
			new RecordingStream(client).start().await("received");
			assertThat(counts()).containsExactly(1, 1, 0);
		}
	}

	@Test
	void streamToOneMemberEndsIfThatIsALearner() {
		onAll(RecordingStream.refusal(Status.Code.UNAVAILABLE, "etcdserver: rpc not supported for learner"));
		try (TestClient client = settings(3).open()) {
			new RecordingStream(client, to(server(1))).start().await("ended NOT_SUPPORTED_FOR_LEARNER");
			assertThat(counts()).containsExactly(0, 1, 0);
		}
	}

	@Test
	void streamToOneMemberAsksOnlyThatAndCountsItsAttempts() {
		onAll(RecordingStream.refusal(Status.Code.UNAVAILABLE, "etcdserver: server stopped"));
		try (TestClient client = settings(3).open()) {
			RecordingStream stream = new RecordingStream(client, to(server(1))).start().await("disconnected 2");
			pass(client, Duration.ofMillis(500));
			stream.await("disconnected 3");
			assertThat(counts()).containsExactly(0, 3, 0);
		}
	}

	private static StreamRpc<LeaseKeepAliveRequest, LeaseKeepAliveResponse> to(ScriptedServer server) {
		return new StreamRpc<>("keep alive", RecordingStream.RPC.method(), true, false, 16, server.endpoint());
	}

	@Test
	void unreachableEndpointsAreAnAttemptAfterTheConnectTimeout() {
		String gone = server(0).endpoint();
		int port = server(0).port();
		server(0).close();
		try (TestClient client = TestClient.of(gone).connectTimeout(Duration.ofSeconds(1)).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("disconnected 2 UNREACHABLE");
			assertThat(stream.events()).doesNotContain("opened");
			assertThat(stream.lastFailure().detail()).contains(gone, "Connection refused");
			try (ScriptedServer back = ScriptedServer.start(port)) {
				back.onStream(METHOD, RecordingStream.GOOD);
				stream.await("received");
			}
		}
	}

	@Test
	void shortConnectTimeoutIsNoHotLoop() {
		String gone = server(0).endpoint();
		server(0).close();
		try (TestClient client = TestClient.of(gone).connectTimeout(Duration.ofMillis(1)).timer(this.timer).open()) {
			RecordingStream stream = new RecordingStream(client).start();
			for (int attempts = 1; attempts <= 4; attempts++) {
				await().until(() -> this.timer.waiting().contains(Duration.ofMillis(1)));
				this.timer.advance(Duration.ofMillis(1));
				stream.await("disconnected " + attempts);
				assertThat(this.timer.waiting()).doesNotContain(Duration.ofMillis(1));
				this.timer.advance(Duration.ofMillis(999));
			}
		}
	}

	@Test
	void behindOneAddressAFreshConnectionReachesAnotherMember() {
		server(0).onStream(METHOD, RecordingStream.refusal(Status.Code.UNAVAILABLE, NO_LEADER));
		server(1).onStream(METHOD, RecordingStream.GOOD);
		try (TcpRelay relay = new TcpRelay(server(0).port());
				TestClient client = TestClient.of(relay.endpoint()).timer(this.timer).open()) {
			RecordingStream stream = new RecordingStream(client).start();
			awaitCount(1);
			relay.leadTo(server(1).port());
			pass(client, Duration.ofSeconds(1));
			stream.await("received");
			assertThat(counts()).containsExactly(1, 1, 0);
		}
	}

	@Test
	void answerLargerThanAllowedEndsTheStream() {
		server(0).onStream(METHOD, (stream) -> stream.reply(new byte[100_000]));
		try (TestClient client = settings(1).maxInboundSize(50_000).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("ended");
			assertThat(stream.lastFailure().toException()).isInstanceOf(TooLargeException.class);
			assertThat(count()).isOne();
			assertNothingLeft(client);
		}
	}

	@Test
	void answerThatCannotBeReadEndsTheStream() {
		server(0).onStream(METHOD, (stream) -> {
			stream.reply(RecordingStream.answer(1));
			stream.reply(new byte[] { (byte) 0xff });
		});
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("ended");
			assertThat(stream.events()).containsExactly("opened", "received 1", "ended OTHER");
			assertThat(stream.lastFailure().status()).isEqualTo(StatusCode.INTERNAL);
			assertThat(count()).isOne();
		}
	}

	@Test
	void connectionThatClosesWhileAStreamIsHandedToItIsAnAttempt() {
		onAll(RecordingStream.GOOD);
		AtomicBoolean closing = new AtomicBoolean(true);
		try (TestClient client = settings(1).channelCustomizer((builder) -> builder.intercept(new ClientInterceptor() {
			@Override
			public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options,
					Channel next) {
				boolean closed = method.getFullMethodName().equals(METHOD) && closing.getAndSet(false);
				return closed ? new ClosedUnderIt<>() : next.newCall(method, options);
			}
		})).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			assertThat(stream.events()).containsExactly("opened", "disconnected 1 CONNECTION_LOST", "opened",
					"received 1");
		}
	}

	@Test
	void windowLimitsWhatIsOnItsWay() {
		// Larger than the buffers below, so that the server notices.
		byte[] answer = LeaseKeepAliveResponse.newBuilder().setID(1).build().toByteArray();
		server(0).onStream(METHOD, (stream) -> {
			for (int i = 0; i < 100; i++) {
				stream.reply(answer);
			}
		});
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client, RecordingStream.RPC.underFlowControl()).start();
			stream.await("opened");
			client.kv().put("k", "v").sync();
			assertThat(stream.events("received")).as("nothing was asked for").isEmpty();
			stream.stream().execute(() -> stream.stream().request(3));
			stream.await("received", 3);
			stream.stream().execute(() -> stream.stream().request(2));
			stream.await("received", 5);
			assertThat(stream.events("received")).hasSize(5);
			new RecordingStream(client).start().await("received", 100);
		}
	}

	@Test
	void finiteStreamIsCompleted() {
		server(0).onStream(METHOD, (stream) -> {
			stream.reply(RecordingStream.answer(1));
			stream.reply(RecordingStream.answer(2));
			stream.complete();
		});
		try (TestClient client = settings(1).open()) {
			StreamRpc<LeaseKeepAliveRequest, LeaseKeepAliveResponse> rpc = new StreamRpc<>("snapshot",
					RecordingStream.RPC.method(), true, true, 16, null);
			RecordingStream stream = new RecordingStream(client, rpc).start().await("completed");
			assertThat(stream.events()).containsExactly("opened", "received 1", "received 2", "completed");
			assertNothingLeft(client);
		}
	}

	@Test
	void halfCloseReachesTheServer() throws Exception {
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client);
			stream.whenOpened(stream.stream()::halfClose).start();
			ScriptedStream seen = server(0).stream(METHOD, 1);
			await().until(() -> seen.halfClosed().isDone());
			assertThat(seen.requests(LeaseKeepAliveRequest.parser())).containsExactly(RecordingStream.request(1));
		}
	}

	@Test
	void requestsArriveInOrderAndOnlyOnTheOpenStream() {
		onAll(RecordingStream.GOOD);
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client);
			stream.stream().execute(() -> stream.stream().send(RecordingStream.request(99)));
			stream.start().await("received");
			stream.stream().execute(() -> {
				for (int i = 2; i <= 1000; i++) {
					stream.stream().send(RecordingStream.request(i));
				}
			});
			ScriptedStream seen = server(0).stream(METHOD, 1);
			seen.request(1000, LeaseKeepAliveRequest.parser());
			List<LeaseKeepAliveRequest> requests = seen.requests(LeaseKeepAliveRequest.parser());
			for (int i = 0; i < 1000; i++) {
				assertThat(requests.get(i).getID()).isEqualTo(i + 1);
			}
		}
	}

	@Test
	void interceptorThatThrowsIsAnAttempt() {
		onAll(RecordingStream.GOOD);
		for (Throwing.Where where : EnumSet.complementOf(EnumSet.of(Throwing.Where.CANCEL))) {
			ManualTimer time = new ManualTimer();
			Throwing throwing = new Throwing(where);
			try (TestClient client = TestClient.of(server(0).endpoint())
				.timer(time)
				.channelCustomizer((builder) -> builder.intercept(throwing))
				.open()) {
				throwing.active.set(true);
				RecordingStream stream = new RecordingStream(client).start().await("disconnected 2");
				assertThat(stream.lastFailure().cause()).as("%s", where).hasMessage("from the interceptor");
				throwing.active.set(false);
				await().until(() -> time.waitingAbout(Duration.ofMillis(500)) != null);
				time.advance(Duration.ofMillis(600));
				stream.await("received");
			}
		}
	}

	@Test
	void interceptorThatThrowsWhenAStreamIsCancelledHoldsUpNothing() {
		onAll(RecordingStream.GOOD);
		Throwing throwing = new Throwing(Throwing.Where.CANCEL);
		TestClient client = settings(1).channelCustomizer((builder) -> builder.intercept(throwing)).open();
		throwing.active.set(true);
		RecordingStream closed = new RecordingStream(client).start().await("received");
		RecordingStream ended = new RecordingStream(client).start().await("received");
		closed.close();
		client.close();
		ended.await("ended CLOSED");
		assertThat(closed.events("ended")).isEmpty();
		assertNothingLeft(client);
	}

	@Test
	void customizerThatThrowsForTheStreamsIsAnAttempt() {
		onAll(RecordingStream.GOOD);
		AtomicInteger channels = new AtomicInteger();
		try (TestClient client = settings(1).channelCustomizer((builder) -> {
			if (channels.incrementAndGet() == 2) {
				throw new IllegalStateException("from the customizer");
			}
		}).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			assertThat(stream.events()).containsExactly("disconnected 1 OTHER", "opened", "received 1");
		}
	}

	@Test
	void handlerWithADefectEndsTheStreamAndIsTold() {
		onAll(RecordingStream.GOOD);
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client).whenReceived((answer) -> {
				throw new IllegalStateException("a defect");
			}).start().await("ended OTHER");
			assertThat(stream.lastFailure().cause()).hasMessage("a defect");
			await().until(() -> server(0).stream(METHOD, 1).cancelled().isDone());
			assertNothingLeft(client);
		}
	}

	@Test
	void closingTakesTheStreamOffTheWireAndTellsNobody() {
		onAll(RecordingStream.GOOD);
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("received");
			stream.close();
			await().until(() -> server(0).stream(METHOD, 1).cancelled().isDone());
			stream.close();
			this.timer.advance(Duration.ofMinutes(1));
			assertThat(stream.events()).containsExactly("opened", "received 1");
			assertThat(stream.stream().isOpen()).isFalse();
			assertThat(count()).isOne();
			assertNothingLeft(client);
		}
	}

	@Test
	void streamMayBeClosedInsideOfAnyCallback() {
		onAll(RecordingStream.goodUntil(Status.Code.ABORTED, "enough"));
		try (TestClient client = settings(1).open()) {
			RecordingStream first = new RecordingStream(client);
			first.whenOpened(first.stream()::close).start();
			RecordingStream second = new RecordingStream(client);
			second.whenReceived((answer) -> second.stream().close()).start().await("received");
			RecordingStream third = new RecordingStream(client);
			third.whenDisconnected(third.stream()::close).start().await("disconnected");
			assertNothingLeft(client);
			assertThat(first.events()).containsExactly("opened");
			assertThat(second.events()).containsExactly("opened", "received 1");
			assertThat(third.events()).containsExactly("opened", "received 1", "disconnected 1 OTHER");
			this.timer.advance(Duration.ofMinutes(1));
			assertThat(first.events()).hasSize(1);
			assertThat(this.timer.waiting()).as("timers that nobody needs").isEmpty();
		}
	}

	@Test
	void closedBeforeItsStartIsNeverOpenedNorRemembered() {
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client);
			stream.close();
			stream.start();
			assertNothingLeft(client);
			assertThat(stream.events()).isEmpty();
		}
	}

	@Test
	void closedWhileItWaitsForAnEndpoint() {
		try (TcpRelay hole = TcpRelay.blackHole();
				TestClient client = TestClient.of(hole.endpoint()).timer(this.timer).open()) {
			RecordingStream stream = new RecordingStream(client).start();
			await().until(() -> hole.accepted() == 1);
			stream.close();
			assertNothingLeft(client);
			this.timer.advance(Duration.ofMinutes(1));
			assertThat(stream.events()).isEmpty();
		}
	}

	@Test
	void lateAnswersOfAStreamThatWasLeftAreIgnored() {
		onAll((stream) -> {
			stream.request(1, LeaseKeepAliveRequest.parser());
			for (int i = 0; i < 10; i++) {
				stream.reply(RecordingStream.answer(1));
			}
			stream.fail(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token");
		}, RecordingStream.GOOD);
		try (TestClient client = settings(1).credentials("root", "secret").open()) {
			RecordingStream stream = new RecordingStream(client);
			AtomicBoolean refused = new AtomicBoolean();
			stream.whenReceived((answer) -> {
				if (refused.compareAndSet(false, true)) {
					stream.stream().tokenRefused(StreamTokenTests.refusal());
				}
			}).start().await("received", 2);
			assertThat(stream.events()).containsExactly("opened", "received 1", "opened", "received 1");
			assertThat(server(0).count(ScriptedServer.AUTHENTICATE)).isEqualTo(2);
		}
	}

	@Test
	void eachStreamChecksItselfOnceASecondHoweverOftenItWasOpened() {
		onAll(RecordingStream.GOOD);
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client).start();
			for (int i = 1; i <= 4; i++) {
				stream.await("received", i);
				this.timer.advance(Duration.ofSeconds(6));
				server(0).stream(METHOD, i).fail(Status.Code.ABORTED, "enough");
			}
			stream.await("received", 5);
			this.timer.advance(Duration.ofSeconds(3));
			await().untilAsserted(() -> assertThat(this.timer.waiting()).hasSize(1));
		}
	}

	@Test
	void reasonOfARefusalIsTold() {
		onAll(RecordingStream.refusal(Status.Code.UNAVAILABLE, "etcdserver: server stopped"));
		try (TestClient client = settings(1).open()) {
			RecordingStream stream = new RecordingStream(client).start().await("disconnected 2");
			assertThat(stream.lastFailure().reason()).isEqualTo(Reason.SERVER_STOPPED);
			assertThat(stream.lastFailure().operation()).isEqualTo("keep alive");
			assertThat(stream.lastFailure().status()).isEqualTo(StatusCode.UNAVAILABLE);
		}
	}

	/**
	 * What Netty says of a connection that closes while a call is handed to it.
	 *
	 * @param <Q> the type of the requests
	 * @param <R> the type of the answers
	 */
	private static final class ClosedUnderIt<Q, R> extends ClientCall<Q, R> {

		@Override
		public void start(Listener<R> listener, Metadata headers) {
			listener.onClose(Status.UNKNOWN.withDescription("channel closed").withCause(new ClosedChannelException()),
					new Metadata());
		}

		@Override
		public void request(int messages) {
		}

		@Override
		public void cancel(@Nullable String message, @Nullable Throwable cause) {
		}

		@Override
		public void halfClose() {
		}

		@Override
		public void sendMessage(Q message) {
		}

	}

	/**
	 * An interceptor of the application that fails for streams.
	 */
	private static final class Throwing implements ClientInterceptor {

		private final Where where;

		private final AtomicBoolean active = new AtomicBoolean();

		Throwing(Where where) {
			this.where = where;
		}

		private void at(Where here) {
			if (here == this.where && this.active.get()) {
				throw new IllegalStateException("from the interceptor");
			}
		}

		@Override
		public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
			ClientCall<Q, R> call = next.newCall(method, options);
			if (!method.getFullMethodName().equals(METHOD)) {
				return call;
			}
			at(Where.NEW_CALL);
			return new SimpleForwardingClientCall<>(call) {

				@Override
				public void start(Listener<R> listener, Metadata headers) {
					at(Where.START);
					super.start(listener, headers);
				}

				@Override
				public void request(int messages) {
					at(Where.REQUEST);
					super.request(messages);
				}

				@Override
				public void sendMessage(Q message) {
					at(Where.SEND);
					super.sendMessage(message);
				}

				@Override
				public void cancel(@Nullable String message, @Nullable Throwable cause) {
					super.cancel(message, cause);
					at(Where.CANCEL);
				}

			};
		}

		enum Where {

			NEW_CALL, START, REQUEST, SEND, CANCEL

		}

	}

}
