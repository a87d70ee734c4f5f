/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.LeaseNotFoundException;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.lease.KeepAliveListener;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.lease.LeaseState.Condition;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What is said of a lease while its server is down, or frozen: never that it lives when
 * it may have ended.
 */
@WithEtcd(isolated = true)
@Timeout(120)
class KeepAliveFaultTests {

	private static final Duration TTL = Duration.ofSeconds(3);

	/** One tick of the timer, and a machine with much to do. */
	private static final Duration SLACK = Duration.ofMillis(300);

	private static KeepAlive keep(EtcdClient client, long lease, History history) {
		KeepAlive alive = client.leases().keepAlive(lease).maxRetries(-1).open(history);
		assertThat(alive.ready()).succeedsWithin(Duration.ofSeconds(10));
		return alive;
	}

	private static long grant(EtcdClient client) {
		long lease = client.leases().grant(TTL).sync().id();
		client.kv().put("/lease/" + lease, "").lease(lease).sync();
		return lease;
	}

	/**
	 * Watch a keepalive whose server answers nothing any more.
	 * @param alive the keepalive
	 * @param history what its listener was told
	 * @param since when the server had stopped to answer
	 */
	private static void expectExpiry(KeepAlive alive, History history, long since) {
		List<Condition> seen = new CopyOnWriteArrayList<>();
		await().pollInterval(Duration.ofMillis(10)).atMost(TTL.multipliedBy(2)).until(() -> {
			Condition now = alive.state().condition();
			if (seen.isEmpty() || seen.get(seen.size() - 1) != now) {
				seen.add(now);
			}
			return now == Condition.LOST;
		});
		long lostAt = System.nanoTime();
		assertThat(seen).endsWith(Condition.SUSPECT, Condition.LOST).doesNotHaveDuplicates();
		// The last renewal that can have been answered was sent before.
		assertThat(Duration.ofNanos(lostAt - since)).isLessThan(FaultSettings.within(TTL.plus(SLACK)));
		assertThat(history.loss).succeedsWithin(Duration.ofSeconds(5))
			.satisfies((loss) -> assertThat(loss.cause()).isEqualTo(LeaseLoss.Cause.EXPIRED));
		assertThat(history.events).containsSubsequence("suspect", "lost").doesNotContain("alive");
	}

	@Test
	void stoppedServerCostsTheLeaseWhenItsTimeIsOver(EtcdServer server, EtcdClient client) {
		History history = new History();
		KeepAlive alive = keep(client, grant(client), history);
		server.stop();
		try {
			expectExpiry(alive, history, System.nanoTime());
		}
		finally {
			server.start();
		}
		// The new leader gives the lease its whole time again; it stays lost.
		client.kv().get("/any").sync();
		assertThat(alive.state().condition()).isEqualTo(Condition.LOST);
	}

	@Test
	void frozenServerCostsTheLeaseWhenItsTimeIsOver(EtcdServer server, EtcdClient client) {
		History history = new History();
		KeepAlive alive = keep(client, grant(client), history);
		server.freeze();
		try {
			expectExpiry(alive, history, System.nanoTime());
		}
		finally {
			server.thaw();
		}
		client.kv().get("/any").sync();
		assertThat(alive.state().condition()).isEqualTo(Condition.LOST);
	}

	@Test
	void serverThatIsBackInTimeKeepsTheLease(EtcdServer server, EtcdClient client) {
		History history = new History();
		long lease = client.leases().grant(Duration.ofSeconds(15)).sync().id();
		client.kv().put("/lease/" + lease, "").lease(lease).sync();
		KeepAlive alive = keep(client, lease, history);
		for (int i = 0; i < 2; i++) {
			int before = history.renewals();
			server.restart();
			await().atMost(Duration.ofSeconds(15)).until(() -> history.renewals() > before);
			await().atMost(Duration.ofSeconds(15)).until(() -> alive.state().isAlive());
		}
		assertThat(history.loss).isNotDone();
		assertThat(client.kv().get("/lease/" + lease).sync().count()).isEqualTo(1);
		alive.close();
	}

	@Test
	void serverThatThawsInTimeKeepsTheLease(EtcdServer server, EtcdClient client) {
		History history = new History();
		KeepAlive alive = keep(client, client.leases().grant(Duration.ofSeconds(6)).sync().id(), history);
		server.freeze();
		try {
			await().atMost(Duration.ofSeconds(6)).until(() -> alive.state().condition() == Condition.SUSPECT);
			// It is told a little later than it is so.
			await().until(() -> history.events.contains("suspect"));
		}
		finally {
			server.thaw();
		}
		await().atMost(Duration.ofSeconds(10)).until(() -> alive.state().condition() != Condition.SUSPECT);
		assertThat(alive.state().isAlive()).isTrue();
		await().untilAsserted(() -> assertThat(history.events).containsSubsequence("suspect", "alive"));
		alive.close();
	}

	@Test
	void leaseThatWasRevokedMeanwhileIsLostAfterTheReconnect(EtcdServer server, EtcdClient client) {
		long lease = client.leases().grant(Duration.ofMinutes(10)).sync().id();
		History history = new History();
		KeepAlive alive = keep(client, lease, history);
		try (EtcdClient another = EtcdClient.builder().endpoints(server.endpoint()).build()) {
			another.leases().revoke(lease).sync();
		}
		// Long before the next renewal.
		assertThat(alive.state().isAlive()).isTrue();
		server.restart();
		assertThat(history.loss).succeedsWithin(Duration.ofSeconds(20)).satisfies((loss) -> {
			assertThat(loss.cause()).isEqualTo(LeaseLoss.Cause.NOT_FOUND);
			assertThat(loss.failure()).isInstanceOf(LeaseNotFoundException.class);
		});
		assertThat(alive.state().isLost()).isTrue();
	}

	@Test
	void memberThatIsKilledOrFrozenCostsNoLeaseOfACluster(EtcdBinary binary) {
		try (EtcdCluster cluster = EtcdCluster.builder().size(3).binary(binary).start();
				EtcdClient client = EtcdClient.builder().endpoints(cluster.endpoints()).build()) {
			History history = new History();
			long lease = client.leases().grant(Duration.ofSeconds(15)).sync().id();
			KeepAlive alive = keep(client, lease, history);
			cluster.member(0).kill();
			int killed = history.renewals();
			await().atMost(Duration.ofSeconds(15)).until(() -> history.renewals() > killed);
			cluster.member(0).start();
			cluster.member(1).freeze();
			try {
				int frozen = history.renewals();
				await().atMost(Duration.ofSeconds(15)).until(() -> history.renewals() > frozen + 1);
			}
			finally {
				cluster.member(1).thaw();
			}
			assertThat(alive.state().isLost()).isFalse();
			assertThat(history.loss).isNotDone();
			alive.close();
		}
	}

	/**
	 * Writes down what the listener is told.
	 */
	private static final class History implements KeepAliveListener {

		private final List<String> events = new CopyOnWriteArrayList<>();

		private final CompletableFuture<LeaseLoss> loss = new CompletableFuture<>();

		int renewals() {
			return (int) this.events.stream().filter("renewed"::equals).count();
		}

		@Override
		public void onRenewed(Duration ttl) {
			this.events.add("renewed");
		}

		@Override
		public void onSuspect() {
			this.events.add("suspect");
		}

		@Override
		public void onAlive() {
			this.events.add("alive");
		}

		@Override
		public void onLost(LeaseLoss loss) {
			this.events.add("lost");
			this.loss.complete(loss);
		}

	}

}
