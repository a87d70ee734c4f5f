/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class HealthListenerTests {

	private static final Duration INTERVAL = Duration.ofMillis(20);

	/** Long enough for fifty checks. */
	private static final Duration A_WHILE = Duration.ofSeconds(1);

	private final List<String> events = new CopyOnWriteArrayList<>();

	private ScriptedServer server;

	@BeforeEach
	void start() {
		this.server = ScriptedServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private TestClient.Settings settings(String... endpoints) {
		return TestClient.of(endpoints)
			.healthListener(INTERVAL, (healthy, endpoint) -> this.events.add(healthy + " " + endpoint));
	}

	private static void pass(Duration time) throws InterruptedException {
		assertThat(new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
	}

	@Test
	void healthyStartIsNoEventAndSendsNothing() throws Exception {
		try (TestClient client = settings(this.server.endpoint()).open()) {
			await().until(() -> client.transport().endpointStates().get(0).connected());
			pass(A_WHILE);
			assertThat(this.events).isEmpty();
			assertThat(this.server.connections()).isOne();
			assertThat(this.server.count(ScriptedServer.HEALTH)).isZero();
		}
	}

	@Test
	void eachChangeIsOneEventWithTheEndpointThatWasChecked() throws Exception {
		String endpoint = this.server.endpoint();
		int port = this.server.port();
		try (TestClient client = settings(endpoint).open()) {
			client.kv().put("k", "v").sync();
			this.server.close();
			await().untilAsserted(() -> assertThat(this.events).containsExactly("false " + endpoint));
			pass(A_WHILE);
			this.server = ScriptedServer.start(port);
			await()
				.untilAsserted(() -> assertThat(this.events).containsExactly("false " + endpoint, "true " + endpoint));
			pass(A_WHILE);
			assertThat(this.events).hasSize(2);
		}
	}

	@Test
	void endpointThatIsDownFromTheStartIsAnEvent() {
		String down = ReservedPort.nobody();
		try (TestClient client = settings(down).open()) {
			await().untilAsserted(() -> assertThat(this.events).containsExactly("false " + down));
			assertThat(client.transport().endpointStates().get(0).connected()).isFalse();
		}
	}

	@Test
	void endpointThatAcceptsAndSaysNothingIsUnhealthyAfterASecond() throws Exception {
		try (TcpRelay hole = TcpRelay.blackHole(); TestClient client = settings(hole.endpoint()).open()) {
			pass(Duration.ofMillis(500));
			// It is being connected, which is no illness yet.
			assertThat(this.events).isEmpty();
			await().untilAsserted(() -> assertThat(this.events).containsExactly("false " + hole.endpoint()));
			assertThat(client.transport().endpointStates().get(0).used()).isTrue();
		}
	}

	@Test
	void withoutTrafficTheClientMovesOnUntilItFindsAGoodEndpoint() {
		String first = ReservedPort.nobody();
		String second = ReservedPort.nobody();
		try (TestClient client = settings(first, second, this.server.endpoint()).open()) {
			await().untilAsserted(
					() -> assertThat(this.events).containsExactly("false " + first, "true " + this.server.endpoint()));
			long begin = System.nanoTime();
			client.kv().put("k", "v").sync();
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofMillis(900));
		}
	}

	@Test
	void endpointsThatAreAllDownAreOneEvent() throws Exception {
		String first = ReservedPort.nobody();
		String second = ReservedPort.nobody();
		String third = ReservedPort.nobody();
		try (TestClient client = settings(first, second, third).open()) {
			await().untilAsserted(() -> assertThat(this.events).isNotEmpty());
			pass(Duration.ofMillis(2_500));
			assertThat(this.events).containsExactly("false " + first);
			assertThat(client.transport().endpointStates()).noneMatch(EndpointState::connected);
		}
	}

	@Test
	void nameWithoutAddressIsUnhealthyAndIsAskedForAgain() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		String name = "http://etcd.example:" + this.server.port();
		try (TestClient client = settings(name).resolver((host) -> {
			if (asked.incrementAndGet() < 3) {
				throw new UnknownHostException(host);
			}
			return HostResolver.SYSTEM.resolve("127.0.0.1");
		}).open()) {
			await().untilAsserted(() -> assertThat(this.events).containsExactly("false " + name,
					"true " + name + " (127.0.0.1:" + this.server.port() + ")"));
			assertThat(client.transport().endpointStates().get(0).connected()).isTrue();
		}
	}

	@Test
	void listenerIsCalledOneEventAfterTheOther() throws Exception {
		CountDownLatch first = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicInteger running = new AtomicInteger();
		int port = this.server.port();
		try (TestClient client = TestClient.of(this.server.endpoint()).healthListener(INTERVAL, (healthy, endpoint) -> {
			this.events.add((running.incrementAndGet() == 1) ? String.valueOf(healthy) : "at the same time");
			first.countDown();
			try {
				goOn.await(20, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			running.decrementAndGet();
		}).open()) {
			client.kv().put("k", "v").sync();
			this.server.close();
			assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
			this.server = ScriptedServer.start(port);
			await().until(() -> client.transport().endpointStates().get(0).connected());
			pass(Duration.ofMillis(300));
			assertThat(this.events).containsExactly("false");
			goOn.countDown();
			await().untilAsserted(() -> assertThat(this.events).containsExactly("false", "true"));
		}
	}

	@Test
	void listenerThatThrowsIsCalledAgain() {
		int port = this.server.port();
		try (TestClient client = TestClient.of(this.server.endpoint()).healthListener(INTERVAL, (healthy, endpoint) -> {
			this.events.add(String.valueOf(healthy));
			throw new IllegalStateException("thrown by a test");
		}).open()) {
			client.kv().put("k", "v").sync();
			this.server.close();
			await().untilAsserted(() -> assertThat(this.events).containsExactly("false"));
			this.server = ScriptedServer.start(port);
			await().untilAsserted(() -> assertThat(this.events).containsExactly("false", "true"));
		}
	}

	@Test
	void listenerMayCallTheClientAndCloseIt() {
		int port = this.server.port();
		TestClient[] holder = new TestClient[1];
		holder[0] = TestClient.of(this.server.endpoint()).healthListener(INTERVAL, (healthy, endpoint) -> {
			if (healthy) {
				this.events.add("revision " + holder[0].kv().put("k", "v").sync().revision());
				holder[0].close();
			}
		}).open();
		holder[0].kv().get("k").sync();
		this.server.close();
		await().until(() -> !holder[0].transport().endpointStates().get(0).connected());
		await().pollDelay(Duration.ofMillis(300)).until(() -> true);
		this.server = ScriptedServer.start(port);
		await().untilAsserted(() -> assertThat(this.events).containsExactly("revision 7"));
		await().untilAsserted(() -> assertThat(holder[0].threads()).isZero());
	}

	@Test
	void zeroIntervalIsOff() throws Exception {
		try (TestClient client = TestClient.of(ReservedPort.nobody())
			.healthListener(Duration.ZERO, (healthy, endpoint) -> this.events.add("called"))
			.open()) {
			pass(A_WHILE);
			assertThat(this.events).isEmpty();
			// Nothing is even connected.
			assertThat(client.transport().endpointStates().get(0).used()).isFalse();
		}
	}

	@Test
	void closedClientTellsNothing() throws Exception {
		TestClient client = settings(this.server.endpoint()).open();
		client.kv().put("k", "v").sync();
		client.close();
		this.server.close();
		pass(A_WHILE);
		assertThat(this.events).isEmpty();
	}

}
