/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.PutResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Endpoints that are names, whose addresses may change.
 */
class HostNameTests {

	private static final String NAME = "etcd.example";

	private final Names names = new Names();

	private ScriptedServer server;

	private TcpRelay relay;

	private int port;

	@BeforeEach
	void start() throws Exception {
		this.server = ScriptedServer.start();
		// The server listens on every address, the relay only on this one.
		this.relay = new TcpRelay(this.server.port(), 0, address(1));
		this.port = this.relay.port();
	}

	@AfterEach
	void stop() {
		this.relay.close();
		this.server.close();
	}

	private TestClient.Settings settings() {
		return TestClient.of("http://" + NAME + ":" + this.port).resolver(this.names);
	}

	private static InetAddress address(int last) {
		try {
			return InetAddress.getByAddress(new byte[] { 127, 0, 0, (byte) last });
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void nameIsResolvedWhenTheFirstCallNeedsItAndStaysTheAuthority() {
		this.names.set(address(1));
		try (TestClient client = settings().open()) {
			assertThat(this.names.asked).hasValue(0);
			for (int i = 0; i < 10; i++) {
				client.kv().put("k", "v").sync();
			}
			assertThat(this.names.asked).hasValue(1);
			assertThat(this.server.call(ScriptedServer.PUT, 1).authority()).isEqualTo(NAME + ":" + this.port);
			assertThat(client.transport().endpointStates())
				.containsExactly(new EndpointState("http://" + NAME + ":" + this.port, true, true));
		}
	}

	@Test
	void deadAddressIsPassedOver() {
		this.names.set(address(3), address(1));
		try (TestClient client = settings().open()) {
			long begin = System.nanoTime();
			client.kv().put("k", "v").sync();
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofMillis(900));
			client.kv().put("k", "v").sync();
			assertThat(this.relay.accepted()).isOne();
		}
	}

	@Test
	void silentAddressIsPassedOver() {
		this.names.set(address(4), address(1));
		try (TcpRelay hole = new TcpRelay(0, this.port, address(4))) {
			hole.swallow(Integer.MAX_VALUE);
			try (TestClient client = settings().open()) {
				long begin = System.nanoTime();
				client.kv().put("k", "v").sync();
				assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(950), Duration.ofMillis(3_500));
			}
		}
	}

	@Test
	void addressesAreAskedForAgainOnceNoneCanBeReached() {
		this.names.set(address(1));
		try (TestClient client = settings().open()) {
			client.kv().put("k", "v").sync();
			this.relay.close();
			await().until(() -> !client.transport().endpointStates().get(0).connected());
			this.names.set(address(5));
			try (TcpRelay moved = new TcpRelay(this.server.port(), this.port, address(5))) {
				long begin = System.nanoTime();
				client.kv().put("k", "v").sync();
				assertThat(Elapsed.since(begin)).isLessThan(Duration.ofSeconds(4));
				assertThat(moved.accepted()).isOne();
				assertThat(this.server.call(ScriptedServer.PUT, 2).authority()).isEqualTo(NAME + ":" + this.port);
			}
		}
	}

	@Test
	void callThatWaitsFindsTheNewAddress() throws Exception {
		this.names.set(address(3));
		try (TestClient client = settings().connectTimeout(Duration.ofSeconds(15)).open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			await().until(() -> this.names.asked.get() >= 1);
			this.names.set(address(1));
			assertThat(put.get(10, TimeUnit.SECONDS).revision()).isEqualTo(7);
		}
	}

	@Test
	void addressThatStaysKeepsItsConnection() {
		this.names.set(address(3), address(1));
		try (TestClient client = settings().open()) {
			client.kv().put("k", "v").sync();
			this.relay.cut();
			await().until(() -> !client.transport().endpointStates().get(0).connected());
			this.names.set(address(1), address(6));
			for (int i = 0; i < 5; i++) {
				client.kv().put("k", "v").sync();
			}
			assertThat(this.relay.accepted()).isEqualTo(2);
		}
	}

	@Test
	void nameWithoutAddressIsNamedInTheFailure() {
		try (TestClient client = settings().connectTimeout(Duration.ofMillis(800)).open()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.UNREACHABLE);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
				})
				.withMessageContaining("http://" + NAME + ":" + this.port)
				.withMessageContaining("the host name " + NAME + " has no address");
			this.names.set(address(1));
			client.kv().put("k", "v").sync();
		}
	}

	@Test
	void resolverThatFailsIsNamedInTheFailure() {
		this.names.failure = new IllegalStateException("thrown by a test");
		try (TestClient client = settings().connectTimeout(Duration.ofMillis(1_500)).open()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.withMessageContaining("could not be resolved")
				.withMessageContaining("thrown by a test");
			this.names.failure = new NoClassDefFoundError("thrown by a test");
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.kv().put("k", "v").timeout(Duration.ofSeconds(3)).sync());
			this.names.failure = null;
			this.names.set(address(1));
			client.kv().put("k", "v").sync();
		}
	}

	@Test
	void deadAddressIsNamedWithItsName() {
		this.names.set(address(3));
		try (TestClient client = settings().connectTimeout(Duration.ofMillis(500)).open()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.withMessageContaining("http://" + NAME + ":" + this.port + " (127.0.0.3:" + this.port + "): ")
				.withMessageContaining("Connection refused");
		}
	}

	@Test
	void nameThatTakesLongToResolveHoldsUpNobodyElse() {
		CountDownLatch never = new CountDownLatch(1);
		try (TestClient client = TestClient.of("http://" + NAME + ":" + this.port, this.relay.endpoint())
			.resolver((host) -> {
				try {
					never.await(30, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				return List.of();
			})
			.open()) {
			long begin = System.nanoTime();
			client.kv().put("k", "v").sync();
			// A second for the name, because it comes first.
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofMillis(2_500));
		}
		finally {
			never.countDown();
		}
	}

	@Test
	void maintenanceCallToANameGoesToOneOfItsAddresses() {
		this.names.set(address(3), address(1));
		try (TestClient client = settings().open()) {
			assertThat(client.maintenance().status("http://" + NAME + ":" + this.port).sync().version())
				.isEqualTo("3.5.30");
		}
	}

	/** Names whose addresses a test changes; without one, the name is unknown. */
	private static final class Names implements HostResolver {

		private final AtomicInteger asked = new AtomicInteger();

		private volatile List<InetAddress> addresses = List.of();

		private volatile @Nullable Throwable failure;

		void set(InetAddress... addresses) {
			this.addresses = List.of(addresses);
		}

		@Override
		public List<InetAddress> resolve(String host) throws UnknownHostException {
			this.asked.incrementAndGet();
			assertThat(host).isEqualTo(NAME);
			if (this.failure instanceof RuntimeException ex) {
				throw ex;
			}
			if (this.failure instanceof Error ex) {
				throw ex;
			}
			if (this.addresses.isEmpty()) {
				throw new UnknownHostException(host);
			}
			return this.addresses;
		}

	}

}
