/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.transport.EndpointState;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What happens to unary calls when the only member is down, stops or freezes.
 */
@ForEachEtcd(embedded = false)
@WithEtcd(isolated = true)
class UnaryFaultTests {

	@Test
	void downAtStartFailsWithinTheConnectTimeoutAndWorksOnceItIsUp(EtcdServer server) {
		server.stop();
		try (EtcdClient client = EtcdClient.builder().endpoints(server.endpoint()).build()) {
			long start = System.nanoTime();
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("/down", "x").sync())
				.satisfies((ex) -> {
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.reason()).isEqualTo(Reason.UNREACHABLE);
					assertThat(ex.attempts()).isZero();
				})
				.withMessageContaining(server.endpoint())
				.withMessageContaining("Connection refused");
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(4),
					FaultSettings.within(Duration.ofSeconds(6)));
			server.start();
			assertThat(client.kv().put("/down", "x").sync().revision()).isPositive();
		}
		finally {
			server.start();
		}
	}

	@Test
	void callWaitsForAServerThatComesBack(EtcdServer server, EtcdClient client) {
		client.kv().put("/back", "1").sync();
		server.stop();
		// A write that is sent on a connection that ends would fail.
		await().until(() -> client.endpointStates().stream().noneMatch(EndpointState::connected));
		CompletableFuture<PutResult> put = client.kv().put("/back", "2").async();
		server.start();
		assertThat(put.join().revision()).isPositive();
		assertThat(client.kv().get("/back").sync().first().orElseThrow().version()).isEqualTo(2);
	}

	@Test
	void killedServerLosesNoReadAfterItsRestart(EtcdServer server, EtcdClient client) {
		client.kv().put("/killed", "1").sync();
		for (int i = 0; i < 3; i++) {
			server.kill();
			server.start();
			assertThat(client.kv().get("/killed").sync().count()).isEqualTo(1);
		}
	}

	@Test
	void frozenServerCostsACallItsTimeoutAndIsUsedAgainAfterwards(EtcdServer server, EtcdClient client) {
		client.kv().put("/frozen", "1").sync();
		server.freeze();
		try {
			long start = System.nanoTime();
			CompletableFuture<PutResult> put = client.kv().put("/frozen", "2").timeout(Duration.ofSeconds(3)).async();
			assertThatExceptionOfType(EtcdTimeoutException.class)
				.isThrownBy(() -> client.kv().get("/frozen").timeout(Duration.ofSeconds(3)).sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED))
				.withMessageContaining("does not answer");
			assertThat(put).failsWithin(Duration.ofSeconds(2))
				.withThrowableThat()
				.havingCause()
				.isInstanceOfSatisfying(EtcdTimeoutException.class,
						(ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(3),
					FaultSettings.within(Duration.ofSeconds(4)));
		}
		finally {
			server.thaw();
		}
		long start = System.nanoTime();
		assertThat(client.kv().get("/frozen").sync().count()).isEqualTo(1);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(FaultSettings.within(Duration.ofSeconds(2)));
	}

	@Test
	void slowServerIsLeftAloneWhileItGivesSignsOfLife(EtcdServer server, EtcdClient client) {
		client.kv().put("/slow", "1").sync();
		server.freeze();
		CompletableFuture<?> get = client.kv().get(KeyRange.all()).async();
		CompletableFuture.delayedExecutor(1500, java.util.concurrent.TimeUnit.MILLISECONDS).execute(server::thaw);
		await().atMost(Duration.ofSeconds(5)).until(get::isDone);
		assertThat(get).isCompleted();
	}

}
