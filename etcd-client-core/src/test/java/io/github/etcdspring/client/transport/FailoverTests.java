/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.maintenance.MemberStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Which of several endpoints a call goes to, and what happens when they go away.
 */
class FailoverTests extends ThreeServersFixture {

	private TestClient.Settings settings() {
		return TestClient.of(this.servers.stream().map(ScriptedServer::endpoint).toArray(String[]::new));
	}

	private int[] counts(String method) {
		return this.servers.stream().mapToInt((server) -> server.count(method)).toArray();
	}

	/** A write must not get onto a connection that is being closed. */
	private static void close(ScriptedServer server, TestClient client) {
		server.close();
		await().until(() -> client.transport()
			.endpointStates()
			.stream()
			.noneMatch((state) -> state.connected() && state.endpoint().equals(server.endpoint())));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void nobodyListensMeansUnreachableAndNotApplied(boolean write) {
		String first = ReservedPort.nobody();
		String second = ReservedPort.nobody();
		try (TestClient client = TestClient.of(first, second).connectTimeout(Duration.ofSeconds(1)).open()) {
			long begin = System.nanoTime();
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> {
				if (write) {
					client.kv().put("k", "v").sync();
				}
				else {
					client.kv().get("k").sync();
				}
			}).satisfies((ex) -> {
				assertThat(ex.reason()).isEqualTo(Reason.UNREACHABLE);
				assertThat(ex.status()).isEqualTo(StatusCode.UNAVAILABLE);
				assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
				assertThat(ex.attempts()).isZero();
				assertThat(ex.endpoint()).isNull();
				assertThat(ex.isRetryable()).isTrue();
			}).withMessageContainingAll(first + ": ", second + ": ", "Connection refused");
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(900), Duration.ofMillis(3_000));
		}
	}

	@Test
	void silentEndpointIsNamedWithHowLongItWasWaitedFor() {
		try (TcpRelay hole = TcpRelay.blackHole();
				TestClient client = TestClient.of(hole.endpoint()).connectTimeout(Duration.ofMillis(800)).open()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED))
				.withMessageMatching("(?s).*" + hole.endpoint() + ": no connection after \\d+ ms.*");
		}
	}

	@Test
	void refusedEndpointIsPassedOverAtOnce() {
		try (TestClient client = TestClient.of(ReservedPort.nobody(), server(0).endpoint()).open()) {
			long begin = System.nanoTime();
			client.kv().put("k", "v").sync();
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofMillis(900));
		}
	}

	@Test
	void silentEndpointIsPassedOverAfterASecond() {
		try (TcpRelay hole = TcpRelay.blackHole();
				TestClient client = TestClient.of(hole.endpoint(), server(0).endpoint()).open()) {
			long begin = System.nanoTime();
			client.kv().put("k", "v").sync();
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(950), Duration.ofMillis(3_000));
			begin = System.nanoTime();
			client.kv().put("k", "v").sync();
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofMillis(900));
			assertThat(server(0).count(ScriptedServer.PUT)).isEqualTo(2);
		}
	}

	@Test
	void silentEndpointsAreTriedOneAfterTheOther() {
		try (TcpRelay hole = TcpRelay.blackHole();
				TcpRelay other = TcpRelay.blackHole();
				TestClient client = TestClient.of(hole.endpoint(), other.endpoint(), server(0).endpoint()).open()) {
			long begin = System.nanoTime();
			client.kv().put("k", "v").sync();
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(1_900), Duration.ofMillis(4_500));
		}
	}

	@Test
	void clientStaysWhereItLanded() {
		try (TestClient client = settings().open()) {
			client.kv().put("k", "v").sync();
			int port = server(0).port();
			close(server(0), client);
			client.kv().put("k", "v").sync();
			this.servers.set(0, ScriptedServer.start(port));
			for (int i = 0; i < 20; i++) {
				client.kv().put("k", "v").sync();
			}
			assertThat(counts(ScriptedServer.PUT)).containsExactly(0, 21, 0);
			assertThat(server(0).connections()).isZero();
			// And back, when that one goes, too: past the third to where it began.
			server(2).close();
			close(server(1), client);
			client.kv().put("k", "v").sync();
			assertThat(server(0).count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void onlyTheEndpointInUseIsConnected() {
		try (TestClient client = settings().open()) {
			assertThat(client.transport().endpointStates()).noneMatch(EndpointState::used);
			client.kv().put("k", "v").sync();
			assertThat(client.transport().endpointStates()).extracting(EndpointState::connected)
				.containsExactly(true, false, false);
			assertThat(client.transport().endpointStates()).extracting(EndpointState::endpoint)
				.containsExactlyElementsOf(this.servers.stream().map(ScriptedServer::endpoint).toList());
		}
	}

	@Test
	void burstOfFailuresMovesTheClientOnce() throws Exception {
		int calls = 50;
		CountDownLatch all = new CountDownLatch(calls);
		server(0).on(ScriptedServer.RANGE, (exchange) -> all.countDown());
		try (TestClient client = settings().open()) {
			List<CompletableFuture<GetResult>> gets = new ArrayList<>();
			for (int i = 0; i < calls; i++) {
				gets.add(client.kv().get("k").async());
			}
			assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
			server(0).calls(ScriptedServer.RANGE)
				.forEach((exchange) -> exchange.fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped"));
			for (CompletableFuture<GetResult> get : gets) {
				assertThat(get.get(10, TimeUnit.SECONDS).storeRevision()).isEqualTo(7);
			}
			assertThat(counts(ScriptedServer.RANGE)).containsExactly(calls, calls, 0);
			assertThat(server(2).connections()).isZero();
		}
	}

	@Test
	void burstOfRefusalsByTheOnlyEndpointRenewsItsConnectionOnce() throws Exception {
		int calls = 50;
		CountDownLatch all = new CountDownLatch(calls);
		server(0).on(ScriptedServer.PUT, (exchange) -> all.countDown());
		try (TestClient client = TestClient.of(server(0).endpoint()).open()) {
			List<CompletableFuture<PutResult>> puts = new ArrayList<>();
			for (int i = 0; i < calls; i++) {
				puts.add(client.kv().put("k", "v").async());
			}
			assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
			List<ScriptedServer.Exchange> refused = server(0).calls(ScriptedServer.PUT);
			server(0).on(ScriptedServer.PUT, ScriptedServer.good(ScriptedServer.PUT));
			refused.forEach((exchange) -> exchange.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"));
			for (CompletableFuture<PutResult> put : puts) {
				assertThat(put.get(10, TimeUnit.SECONDS).revision()).isEqualTo(7);
			}
			assertThat(server(0).connections()).isEqualTo(2);
			assertThat(server(0).count(ScriptedServer.PUT)).isEqualTo(2 * calls);
		}
	}

	@Test
	void onlyEndpointThatRefusesAllCallsIsDialledOncePerSecond() {
		server(0).on(ScriptedServer.PUT, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"));
		try (TestClient client = TestClient.of(server(0).endpoint()).open()) {
			long begin = System.nanoTime();
			List<CompletableFuture<PutResult>> calls = new ArrayList<>();
			for (int i = 0; i < 30; i++) {
				calls.add(client.kv().put("k", "v").timeout(Duration.ofSeconds(2)).async());
			}
			assertThat(calls).allSatisfy((call) -> assertThat(call).failsWithin(Duration.ofSeconds(20)));
			// The first, one at once, and one for each second that has passed.
			assertThat(server(0).connections()).isBetween(2, 3 + (int) Elapsed.since(begin).toSeconds());
			assertThat(server(0).count(ScriptedServer.PUT)).isGreaterThan(100);
		}
	}

	@Test
	void lateFailureOfAnOldConnectionMovesNothing() throws Exception {
		server(0).on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = TestClient.of(server(0).endpoint()).open()) {
			CompletableFuture<PutResult> early = client.kv().put("k", "v").async();
			ScriptedServer.Exchange first = server(0).call(ScriptedServer.PUT, 1);
			CompletableFuture<PutResult> late = client.kv().put("k", "v").async();
			ScriptedServer.Exchange second = server(0).call(ScriptedServer.PUT, 2);
			first.fail(Status.Code.UNAVAILABLE, "etcdserver: request timed out");
			await().until(early::isCompletedExceptionally);
			client.kv().get("k").sync();
			assertThat(server(0).connections()).isEqualTo(2);
			second.fail(Status.Code.UNAVAILABLE, "etcdserver: request timed out");
			await().until(late::isCompletedExceptionally);
			client.kv().get("k").sync();
			assertThat(server(0).connections()).isEqualTo(2);
		}
	}

	/** An endpoint is connected when its turn comes, at the latest. */
	private static void connectAll(TestClient client) {
		await().until(() -> {
			client.kv().put("k", "v").sync();
			return client.transport().endpointStates().stream().allMatch(EndpointState::connected);
		});
	}

	@Test
	void roundRobinSpreadsCalls() {
		try (TestClient client = settings().strategy(EndpointStrategy.ROUND_ROBIN).open()) {
			connectAll(client);
			int[] before = counts(ScriptedServer.PUT);
			for (int i = 0; i < 30; i++) {
				client.kv().put("k", "v").sync();
			}
			int[] after = counts(ScriptedServer.PUT);
			assertThat(IntStream.range(0, 3).map((i) -> after[i] - before[i])).containsExactly(10, 10, 10);
		}
	}

	@Test
	void roundRobinLeavesOutAnEndpointThatIsGoneAndTakesItBack() {
		try (TestClient client = settings().strategy(EndpointStrategy.ROUND_ROBIN).open()) {
			connectAll(client);
			int port = server(1).port();
			server(1).close();
			await().until(() -> !client.transport().endpointStates().get(1).connected());
			for (int i = 0; i < 10; i++) {
				client.kv().put("k", "v").sync();
			}
			this.servers.set(1, ScriptedServer.start(port));
			await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
				client.kv().put("k", "v").sync();
				assertThat(server(1).count(ScriptedServer.PUT)).isPositive();
			});
		}
	}

	@Test
	void roundRobinPrefersEndpointsThatDoNotFail() {
		server(1).on(ScriptedServer.RANGE, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"));
		try (TestClient client = settings().strategy(EndpointStrategy.ROUND_ROBIN).open()) {
			connectAll(client);
			long begin = System.nanoTime();
			int calls = 0;
			while (Elapsed.since(begin).toMillis() < 700) {
				client.kv().get("k").sync();
				calls++;
			}
			// Once, and once more when a second is over.
			assertThat(server(1).count(ScriptedServer.RANGE)).isBetween(1, 3);
			assertThat(calls).isGreaterThan(10);
		}
	}

	@Test
	void shuffledOrderIsThatOfItsRandomNumbers() {
		String[] endpoints = IntStream.range(0, 10)
			.mapToObj((i) -> "http://127.0.0.1:" + (i + 1))
			.toArray(String[]::new);
		List<String> first = order(endpoints, 42);
		assertThat(first).containsExactlyInAnyOrder(endpoints).isNotEqualTo(List.of(endpoints));
		assertThat(order(endpoints, 42)).isEqualTo(first);
		assertThat(order(endpoints, 43)).isNotEqualTo(first);
	}

	private static List<String> order(String[] endpoints, long seed) {
		try (TestClient client = TestClient.of(endpoints)
			.strategy(EndpointStrategy.SHUFFLED)
			.random(new Random(seed))
			.open()) {
			return client.transport().endpoints().all().stream().map(Endpoint::name).toList();
		}
	}

	@Test
	void shuffledClientsSpreadOverTheMembers() {
		for (int seed = 0; seed < 30; seed++) {
			try (TestClient client = settings().strategy(EndpointStrategy.SHUFFLED).random(new Random(seed)).open()) {
				client.kv().put("k", "v").sync();
				client.kv().put("k", "v").sync();
			}
		}
		assertThat(Arrays.stream(counts(ScriptedServer.PUT)).boxed()).allMatch((count) -> count >= 6 && count % 2 == 0);
	}

	@ParameterizedTest
	@EnumSource(EndpointStrategy.class)
	void frozenEndpointCostsAReadNoMoreThanThreeSeconds(EndpointStrategy strategy) {
		try (TcpRelay first = new TcpRelay(server(0).port());
				TcpRelay second = new TcpRelay(server(1).port());
				TestClient client = TestClient.of(first.endpoint(), second.endpoint()).strategy(strategy).open()) {
			client.kv().get("k").sync();
			// Freeze the one in use; under round robin both are.
			boolean firstInUse = server(0).count(ScriptedServer.RANGE) > 0;
			(firstInUse ? first : second).freeze();
			for (int i = 0; i < 4; i++) {
				long begin = System.nanoTime();
				client.kv().get("k").sync();
				assertThat(Elapsed.since(begin)).as("read %d", i).isLessThan(Duration.ofMillis(3_500));
			}
		}
	}

	@Test
	void impatientCallsLeaveAFrozenEndpoint() {
		try (TcpRelay relay = new TcpRelay(server(0).port());
				TestClient client = TestClient.of(relay.endpoint(), server(1).endpoint()).open()) {
			client.kv().get("k").sync();
			relay.freeze();
			long begin = System.nanoTime();
			// None of them waits for the second after which a connection is suspected.
			await().atMost(Duration.ofSeconds(10))
				.ignoreExceptionsInstanceOf(EtcdTimeoutException.class)
				.until(() -> client.kv().get("k").timeout(Duration.ofMillis(200)).sync().storeRevision() == 7);
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofSeconds(5));
			assertThat(server(1).count(ScriptedServer.RANGE)).isPositive();
		}
	}

	@Test
	void connectionThatNeverComesAboutIsTriedAnew() {
		// The member was cut off in the moment of its handshake, and is well again. TCP
		// alone would wait for it for ever.
		ManualTimer timer = new ManualTimer();
		try (TcpRelay relay = new TcpRelay(server(0).port());
				TestClient client = TestClient.of(relay.endpoint())
					.connectTimeout(Duration.ofSeconds(20))
					.timer(timer)
					.open()) {
			relay.swallow(1);
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			await().untilAsserted(() -> assertThat(relay.accepted()).isOne());
			timer.advance(Duration.ofMillis(9_900));
			assertThat(relay.accepted()).isOne();
			timer.advance(Duration.ofMillis(1_200));
			await().untilAsserted(() -> assertThat(put).isCompleted());
			assertThat(relay.accepted()).isEqualTo(2);
		}
	}

	@Test
	void endpointThatIsDownIsDialledAboutOncePerSecond() {
		String down = ReservedPort.nobody();
		int port = Integer.parseInt(down.substring(down.lastIndexOf(':') + 1));
		try (TestClient client = TestClient.of(down).connectTimeout(Duration.ofSeconds(30)).open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			// Long enough for gRPC's own back-off to have grown well above a second.
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> put.get(5, TimeUnit.SECONDS));
			this.servers.add(ScriptedServer.start(port));
			long begin = System.nanoTime();
			assertThat(put.join().revision()).isEqualTo(7);
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofMillis(2_500));
		}
	}

	@Test
	void manyCallsThatWaitForAConnectionCostLittle() throws Exception {
		int calls = 20_000;
		ManualTimer timer = new ManualTimer();
		String down = ReservedPort.nobody();
		try (TestClient client = TestClient.of(down).timer(timer).timeout(Duration.ofMinutes(1)).open()) {
			List<CompletableFuture<GetResult>> gets = new ArrayList<>();
			long begin = System.nanoTime();
			for (int i = 0; i < calls; i++) {
				gets.add(client.kv().get("k").async());
			}
			// All that wait must not be looked at again for each that comes.
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofSeconds(5));
			for (CompletableFuture<GetResult> get : gets) {
				get.cancel(true);
			}
		}
	}

	@Test
	void callsThatWaitAllGoOnceThereIsAConnection() throws Exception {
		int calls = 500;
		String down = ReservedPort.nobody();
		int port = Integer.parseInt(down.substring(down.lastIndexOf(':') + 1));
		try (TestClient client = TestClient.of(down).connectTimeout(Duration.ofSeconds(20)).open()) {
			List<CompletableFuture<GetResult>> gets = new ArrayList<>();
			for (int i = 0; i < calls; i++) {
				gets.add(client.kv().get("k").async());
			}
			this.servers.add(ScriptedServer.start(port));
			for (CompletableFuture<GetResult> get : gets) {
				assertThat(get.get(10, TimeUnit.SECONDS).storeRevision()).isEqualTo(7);
			}
		}
	}

	@Test
	void maintenanceCallGoesToTheEndpointItNames() {
		try (TestClient client = settings().open()) {
			client.kv().put("k", "v").sync();
			MemberStatus status = client.maintenance().status(server(2).endpoint()).sync();
			assertThat(status.version()).isEqualTo("3.5.30");
			assertThat(counts(ScriptedServer.STATUS)).containsExactly(0, 0, 1);
			client.kv().put("k", "v").sync();
			assertThat(counts(ScriptedServer.PUT)).containsExactly(2, 0, 0);
			assertThatIllegalArgumentException()
				.isThrownBy(() -> client.maintenance().status("http://127.0.0.1:1").sync())
				.withMessageContaining("'endpoint'")
				.withMessageContaining("http://127.0.0.1:1");
		}
	}

	@Test
	void maintenanceCallToAnEndpointThatIsDownNamesOnlyThatOne() {
		String down = ReservedPort.nobody();
		try (TestClient client = TestClient.of(server(0).endpoint(), down)
			.connectTimeout(Duration.ofMillis(700))
			.open()) {
			client.kv().put("k", "v").sync();
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.maintenance().status(down).sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.UNREACHABLE);
					assertThat(ex.getMessage()).contains(down).doesNotContain(server(0).endpoint());
				});
			// The others are not to blame.
			client.kv().put("k", "v").sync();
			assertThat(server(0).connections()).isOne();
		}
	}

	@Test
	void observerIsToldOfConnectionsThatComeAndGo() {
		ConcurrentLinkedQueue<String> changes = new ConcurrentLinkedQueue<>();
		CallObserver observer = new CallObserver() {
			@Override
			public void endpointChanged(String endpoint, boolean up) {
				changes.add(endpoint + " " + up);
			}
		};
		String first = server(0).endpoint();
		String second = server(1).endpoint();
		try (TestClient client = settings().callObserver(observer).open()) {
			client.kv().put("k", "v").sync();
			assertThat(changes).contains(first + " false", second + " false").endsWith(first + " true");
			changes.clear();
			close(server(0), client);
			client.kv().put("k", "v").sync();
			await().untilAsserted(() -> assertThat(changes).containsExactly(first + " false", second + " true"));
		}
		await().untilAsserted(
				() -> assertThat(changes).containsExactly(first + " false", second + " true", second + " false"));
	}

	@Test
	void observerIsToldOfAConnectionThatIsGivenUp() {
		ConcurrentLinkedQueue<String> changes = new ConcurrentLinkedQueue<>();
		CallObserver observer = new CallObserver() {
			@Override
			public void endpointChanged(String endpoint, boolean up) {
				changes.add(endpoint + " " + up);
			}
		};
		try (TcpRelay relay = new TcpRelay(server(0).port());
				TestClient client = TestClient.of(relay.endpoint(), server(1).endpoint())
					.callObserver(observer)
					.open()) {
			client.kv().get("k").sync();
			changes.clear();
			relay.freeze();
			client.kv().get("k").sync();
			assertThat(changes).containsExactly(relay.endpoint() + " false", server(1).endpoint() + " true");
		}
	}

	@Test
	void interceptorThatThrowsDoesNotKeepCallsWaitingForTheirDeadline() {
		ClientInterceptor broken = new ClientInterceptor() {
			@Override
			public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options,
					Channel next) {
				throw new IllegalStateException("thrown by a test");
			}
		};
		String down = ReservedPort.nobody();
		try (TestClient client = TestClient.of(down)
			.connectTimeout(Duration.ofMillis(500))
			.channelCustomizer((builder) -> builder.intercept(broken))
			.open()) {
			long begin = System.nanoTime();
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.UNREACHABLE))
				.withMessageContaining(down);
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofSeconds(4));
		}
	}

	@Test
	void endpointsAreUsedInTheOrderTheyWereGiven() {
		List<String> reversed = Stream.of(2, 1, 0).map((i) -> server(i).endpoint()).toList();
		try (TestClient client = TestClient.of(reversed.toArray(String[]::new)).open()) {
			client.kv().put("k", "v").sync();
			assertThat(counts(ScriptedServer.PUT)).containsExactly(0, 0, 1);
		}
	}

}
