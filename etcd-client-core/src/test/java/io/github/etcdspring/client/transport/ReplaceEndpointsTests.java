/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.maintenance.MemberStatus;
import io.github.etcdspring.client.maintenance.StatusRequest;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What happens to connections and calls when the endpoints of a living client are
 * replaced.
 */
@Timeout(60)
class ReplaceEndpointsTests extends ThreeServersFixture {

	@Test
	void streamToAnEndpointThatIsRemovedEnds() {
		String nobody = ReservedPort.nobody();
		try (TestClient client = TestClient.of(nobody, endpoint(0)).open()) {
			StreamRpc<LeaseKeepAliveRequest, LeaseKeepAliveResponse> rpc = new StreamRpc<>("keep alive",
					LeaseGrpc.getLeaseKeepAliveMethod(), true, false, 16, nobody);
			RecordingStream stream = new RecordingStream(client, rpc).start();
			client.transport().replaceEndpoints(List.of(endpoint(0)));
			stream.await("ended UNREACHABLE");
			assertThat(stream.lastFailure().detail()).contains("no longer one of the client's endpoints");
			assertThat(client.transport().streams()).isEmpty();
		}
	}

	@Test
	void endpointInUseStaysInUseWithItsConnection() {
		try (TestClient client = TestClient.of(endpoint(0), endpoint(1)).open()) {
			client.kv().put("k", "v").sync();
			assertThat(client.transport().replaceEndpoints(List.of(endpoint(2), endpoint(0))))
				.containsExactly(endpoint(2), endpoint(0));
			client.kv().put("k", "v").sync();
			assertThat(server(0).count(ScriptedServer.PUT)).isEqualTo(2);
			assertThat(server(0).connections()).isOne();
			assertThat(server(2).connections()).isZero();
			assertThat(client.transport().endpointNames()).containsExactly(endpoint(2), endpoint(0));
			assertThat(client.transport().endpointStates()).containsExactly(
					new EndpointState(endpoint(2), false, false), new EndpointState(endpoint(0), true, true));
		}
	}

	@Test
	void beforeTheFirstCallTheNewOrderDecides() {
		try (TestClient client = TestClient.of(endpoint(0), endpoint(1)).open()) {
			client.transport().replaceEndpoints(List.of(endpoint(1), endpoint(0)));
			client.kv().put("k", "v").sync();
			assertThat(server(0).connections()).isZero();
			assertThat(server(1).count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void removedEndpointFinishesItsCallsAndIsThenClosed() {
		server(0).on(ScriptedServer.RANGE, ScriptedServer.SILENCE);
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			CompletableFuture<GetResult> running = client.kv().get("k").async();
			ScriptedServer.Exchange exchange = server(0).call(ScriptedServer.RANGE, 1);
			client.transport().replaceEndpoints(List.of(endpoint(1)));
			client.kv().put("k", "v").sync();
			assertThat(server(1).count(ScriptedServer.PUT)).isOne();
			assertThat(running).isNotDone();
			assertThat(server(0).openConnections()).isOne();
			ScriptedServer.good(ScriptedServer.RANGE).handle(exchange);
			assertThat(running).succeedsWithin(Duration.ofSeconds(10))
				.extracting(GetResult::storeRevision)
				.isEqualTo(7L);
			await().untilAsserted(() -> assertThat(server(0).openConnections()).isZero());
			assertThat(server(0).count(ScriptedServer.PUT)).isZero();
		}
	}

	@Test
	void nothingGoesToARemovedEndpointHoweverBusyTheClientIs() {
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			client.kv().put("k", "v").sync();
			CompletableFuture<PutResult> put;
			try (BusyContext busy = new BusyContext(client)) {
				client.transport().replaceEndpoints(List.of(endpoint(1)));
				put = client.kv().put("k", "v").async();
				assertThat(put).isNotDone();
			}
			assertThat(put).succeedsWithin(Duration.ofSeconds(20));
			assertThat(server(0).count(ScriptedServer.PUT)).isOne();
			assertThat(server(1).count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void callsThatWaitForAConnectionGoToTheNewEndpoint() {
		try (TestClient client = TestClient.of(ReservedPort.nobody()).open()) {
			CompletableFuture<GetResult> waiting = client.kv().get("k").async();
			client.transport().replaceEndpoints(List.of(endpoint(0)));
			assertThat(waiting).succeedsWithin(Duration.ofSeconds(3));
			assertThat(server(0).count(ScriptedServer.RANGE)).isOne();
		}
	}

	@Test
	void callThatWaitsForARemovedEndpointByNameFailsAtOnce() {
		String down = ReservedPort.nobody();
		try (TestClient client = TestClient.of(down, endpoint(0)).connectTimeout(Duration.ofMinutes(1)).open()) {
			CompletableFuture<MemberStatus> waiting = client.maintenance().status(down).async();
			await().until(() -> client.transport().endpointStates().get(0).used());
			client.transport().replaceEndpoints(List.of(endpoint(0)));
			assertThat(waiting).failsWithin(Duration.ofSeconds(3))
				.withThrowableOfType(ExecutionException.class)
				.havingCause()
				.isInstanceOfSatisfying(EtcdException.class, ReplaceEndpointsTests::assertRemoved)
				.withMessageContaining(down + ": it is no longer one of the client's endpoints");
		}
	}

	@Test
	void requestForARemovedEndpointFails() {
		try (TestClient client = TestClient.of(endpoint(0), endpoint(1)).open()) {
			StatusRequest request = client.maintenance().status(endpoint(1));
			request.sync();
			client.transport().replaceEndpoints(List.of(endpoint(0)));
			assertThatExceptionOfType(EtcdException.class).isThrownBy(request::sync)
				.satisfies(ReplaceEndpointsTests::assertRemoved)
				.withMessageContaining(endpoint(1) + ": it is no longer one of the client's endpoints");
			assertThatIllegalArgumentException().isThrownBy(() -> client.maintenance().status(endpoint(1)))
				.withMessageContaining(endpoint(1));
			client.transport().replaceEndpoints(List.of(endpoint(0), endpoint(1)));
			assertThat(request.sync().version()).isEqualTo("3.5.30");
		}
	}

	private static void assertRemoved(EtcdException ex) {
		assertThat(ex.reason()).isEqualTo(Reason.UNREACHABLE);
		assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
		assertThat(ex.attempts()).isZero();
	}

	@Test
	void roundRobinTakesNewOnesInAndLeavesRemovedOnesOut() {
		try (TestClient client = TestClient.of(endpoint(0), endpoint(1))
			.strategy(EndpointStrategy.ROUND_ROBIN)
			.open()) {
			// An endpoint is connected when its turn comes, at the latest.
			await().until(() -> {
				client.kv().put("k", "v").sync();
				return client.transport().endpointStates().stream().allMatch(EndpointState::connected);
			});
			client.transport().replaceEndpoints(List.of(endpoint(1), endpoint(2)));
			int before = server(0).count(ScriptedServer.PUT);
			await().untilAsserted(() -> {
				client.kv().put("k", "v").sync();
				assertThat(server(2).count(ScriptedServer.PUT)).isPositive();
			});
			assertThat(server(0).count(ScriptedServer.PUT)).isEqualTo(before);
			assertThat(server(1).connections()).isOne();
			await().untilAsserted(() -> assertThat(server(0).openConnections()).isZero());
		}
	}

	@Test
	void shuffledEndpointsAreNamedInTheOrderOfTheApplication() {
		List<String> endpoints = List.of("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3",
				"http://127.0.0.1:4", "http://127.0.0.1:5", "http://127.0.0.1:6");
		try (TestClient client = TestClient.of(endpoint(0)).strategy(EndpointStrategy.SHUFFLED).open()) {
			client.transport().replaceEndpoints(endpoints);
			assertThat(client.transport().endpointNames()).isEqualTo(endpoints);
			assertThat(client.transport().endpoints().all()).extracting(Endpoint::name)
				.containsExactlyInAnyOrderElementsOf(endpoints)
				.isNotEqualTo(endpoints);
		}
	}

	@Test
	void whatCannotBeUsedChangesNothing() {
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			client.kv().put("k", "v").sync();
			for (List<String> endpoints : List.of(List.<String>of(), List.of("https://127.0.0.1:1"),
					List.of("http://127.0.0.1:1", "https://127.0.0.1:1"), List.of("http://a b:1"))) {
				assertThatIllegalArgumentException().isThrownBy(() -> client.transport().replaceEndpoints(endpoints))
					.withMessageContaining("'endpoints'");
			}
			assertThat(client.transport().endpointNames()).containsExactly(endpoint(0));
			client.kv().put("k", "v").sync();
			assertThat(server(0).connections()).isOne();
		}
	}

	@Test
	void endpointWithoutASchemeHasThatOfTheClient() {
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			assertThat(client.transport().replaceEndpoints(List.of("127.0.0.1:" + server(1).port())))
				.containsExactly(endpoint(1));
			client.kv().put("k", "v").sync();
			assertThat(server(1).count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void channelThatCannotBeMadeChangesNothing() {
		AtomicInteger channels = new AtomicInteger();
		ChannelCustomizer second = (builder) -> {
			if (channels.incrementAndGet() == 3) {
				throw new IllegalStateException("thrown by a test");
			}
		};
		try (TestClient client = TestClient.of(endpoint(0)).channelCustomizer(second).open()) {
			assertThatIllegalStateException()
				.isThrownBy(() -> client.transport().replaceEndpoints(List.of(endpoint(1), endpoint(2))))
				.withMessage("thrown by a test");
			assertThat(client.transport().endpointNames()).containsExactly(endpoint(0));
			client.kv().put("k", "v").sync();
			assertThat(server(0).count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void nameThatIsResolvedTooLateGetsNoChannel() throws Exception {
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch answer = new CountDownLatch(1);
		CountDownLatch answered = new CountDownLatch(1);
		AtomicInteger channels = new AtomicInteger();
		HostResolver resolver = (host) -> {
			asked.countDown();
			try {
				answer.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			answered.countDown();
			return List.of(InetAddress.getByName("127.0.0.1"));
		};
		try (TestClient client = TestClient.of("http://somewhere:" + server(0).port())
			.resolver(resolver)
			.channelCustomizer((builder) -> channels.incrementAndGet())
			.open()) {
			CompletableFuture<GetResult> waiting = client.kv().get("k").async();
			assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
			client.transport().replaceEndpoints(List.of(endpoint(1)));
			assertThat(waiting).succeedsWithin(Duration.ofSeconds(10));
			Thread resolving = Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> thread.getName().equals("etcd-resolve-somewhere"))
				.findFirst()
				.orElseThrow();
			answer.countDown();
			resolving.join(10_000);
			assertThat(answered.getCount()).isZero();
			assertThat(resolving.isAlive()).isFalse();
			client.kv().get("k").sync();
			assertThat(channels).hasValue(1);
			assertThat(server(0).connections()).isZero();
		}
	}

	@Test
	void observerHearsNoMoreOfARemovedEndpoint() {
		ConcurrentLinkedQueue<String> changes = new ConcurrentLinkedQueue<>();
		CallObserver observer = new CallObserver() {
			@Override
			public void endpointChanged(String endpoint, boolean up) {
				changes.add(endpoint + " " + up);
			}

			@Override
			public void endpointRemoved(String endpoint) {
				changes.add(endpoint + " removed");
			}
		};
		try (TestClient client = TestClient.of(endpoint(0)).callObserver(observer).open()) {
			client.kv().put("k", "v").sync();
			changes.clear();
			client.transport().replaceEndpoints(List.of(endpoint(1)));
			client.kv().put("k", "v").sync();
			await().untilAsserted(() -> assertThat(server(0).openConnections()).isZero());
			assertThat(changes).containsExactly(endpoint(1) + " false", endpoint(0) + " removed",
					endpoint(1) + " true");
		}
	}

	@Test
	void observerThatKnowsNothingOfRemovalsIsToldOfALoss() {
		ConcurrentLinkedQueue<String> changes = new ConcurrentLinkedQueue<>();
		CallObserver observer = new CallObserver() {
			@Override
			public void endpointChanged(String endpoint, boolean up) {
				changes.add(endpoint + " " + up);
			}
		};
		try (TestClient client = TestClient.of(endpoint(0)).callObserver(observer).open()) {
			client.kv().put("k", "v").sync();
			client.transport().replaceEndpoints(List.of(endpoint(1)));
			assertThat(changes).endsWith(endpoint(0) + " true", endpoint(1) + " false", endpoint(0) + " false");
		}
	}

	@Test
	void closedClientMakesNoChannels() {
		AtomicInteger channels = new AtomicInteger();
		TestClient client = TestClient.of(endpoint(0))
			.channelCustomizer((builder) -> channels.incrementAndGet())
			.open();
		client.close();
		client.transport().replaceEndpoints(List.of(endpoint(1)));
		assertThat(channels).hasValue(1);
		assertThat(client.transport().endpointNames()).containsExactly(endpoint(0));
	}

	@Test
	void replacingAgainAndAgainLosesNoCall() throws Exception {
		List<List<String>> lists = List.of(List.of(endpoint(0)), List.of(endpoint(1), endpoint(0)),
				List.of(endpoint(1), endpoint(2)), List.of(endpoint(2)));
		try (TestClient client = TestClient.of(endpoint(0)).open()) {
			List<CompletableFuture<?>> calls = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				calls.add(client.kv().put("k", "v").async());
				client.transport().replaceEndpoints(lists.get(i % lists.size()));
				calls.add(client.kv().put("k", "v").async());
			}
			CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
			// Each was applied once.
			assertThat(this.servers.stream().mapToInt((server) -> server.count(ScriptedServer.PUT)).sum())
				.isEqualTo(calls.size());
			await().untilAsserted(() -> assertThat(
					server(0).openConnections() + server(1).openConnections() + server(2).openConnections())
				.isLessThanOrEqualTo(1));
		}
	}

}
