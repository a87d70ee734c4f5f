/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.LeaseNotFoundException;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.session.EphemeralKey;
import io.github.etcdspring.client.session.Session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Sessions, and the keys that live as long as they do.
 */
abstract class SessionConformance extends Conformance {

	private static final Duration TTL = Duration.ofSeconds(30);

	private boolean exists(String name) {
		return this.kv.get(key(name)).sync().first().isPresent();
	}

	@Test
	void sessionIsALeaseThatLives() {
		try (Session session = this.etcd.session(TTL).sync()) {
			assertThat(session.leaseId()).isPositive();
			assertThat(session.state().isAlive()).isTrue();
			assertThat(this.etcd.leases().timeToLive(session.leaseId()).sync().exists()).isTrue();
		}
	}

	@Test
	void sessionOutlivesItsTimeToLive() {
		try (Session session = this.etcd.session(Duration.ofSeconds(3)).sync()) {
			long lease = session.leaseId();
			long end = System.nanoTime() + Duration.ofSeconds(7).toNanos();
			await().atMost(SOON).until(() -> {
				assertThat(session.state().isLost()).isFalse();
				return System.nanoTime() - end > 0;
			});
			assertThat(session.leaseId()).isEqualTo(lease);
		}
	}

	@Test
	void closingRevokesTheLease() {
		Session session = this.etcd.session(TTL).sync();
		long lease = session.leaseId();
		EphemeralKey registered = session.register(key("a"), "1").sync();
		assertThat(exists("a")).isTrue();
		session.close();
		assertThat(exists("a")).isFalse();
		assertThat(this.etcd.leases().timeToLive(lease).sync().exists()).isFalse();
		assertThat(session.state().isLost()).isTrue();
		session.close();
		registered.close();
	}

	@Test
	void closingTheClientRevokesTheLease() {
		EtcdClient other = newClient().build();
		Session session = other.session(TTL).sync();
		session.register(key("a"), "1").sync();
		other.close();
		await().untilAsserted(() -> assertThat(exists("a")).isFalse());
		assertThat(session.state().isLost()).isTrue();
	}

	@Test
	void closingTheClientRevokesHundredsOfLeases() {
		EtcdClient other = newClient().build();
		List<CompletableFuture<Session>> opening = IntStream.range(0, 500)
			.mapToObj((i) -> other.session(Duration.ofMinutes(10)).async())
			.toList();
		List<Long> leases = opening.stream().map((each) -> each.join().leaseId()).toList();
		long begin = System.nanoTime();
		other.close();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
		await().untilAsserted(
				() -> assertThat(this.etcd.leases().list().sync().ids()).doesNotContainAnyElementsOf(leases));
	}

	@Test
	void keyGoesWhenItIsClosed() {
		try (Session session = this.etcd.session(TTL).sync()) {
			EphemeralKey registered = session.register(key("a"), "1").sync();
			assertThat(this.kv.get(key("a")).sync().first()).map(KeyValue::lease).hasValue(session.leaseId());
			registered.close();
			assertThat(exists("a")).isFalse();
			put("a", "somebody else's");
			registered.close();
			assertThat(exists("a")).isTrue();
		}
	}

	@Test
	void lostLeaseIsToldAndReplacedAndTheKeysComeBack() {
		try (Session session = this.etcd.session(Duration.ofSeconds(6)).sync()) {
			List<LeaseLoss> losses = new CopyOnWriteArrayList<>();
			CompletableFuture<Void> restored = new CompletableFuture<>();
			session.onLost(losses::add);
			session.onRestored(() -> restored.complete(null));
			session.register(key("a"), "1").sync();
			session.register(key("b"), "2").sync();
			session.register(key("c"), "3").sync().close();
			long lease = session.leaseId();
			this.etcd.leases().revoke(lease).sync();
			assertThat(restored).succeedsWithin(Duration.ofSeconds(30));
			assertThat(losses).singleElement().extracting(LeaseLoss::cause).isEqualTo(LeaseLoss.Cause.NOT_FOUND);
			assertThat(session.leaseId()).isNotEqualTo(lease);
			await().untilAsserted(() -> {
				assertThat(this.kv.get(key("a")).sync().first()).map(KeyValue::lease).hasValue(session.leaseId());
				assertThat(this.kv.get(key("b")).sync().first()).map(KeyValue::lease).hasValue(session.leaseId());
			});
			assertThat(exists("c")).isFalse();
		}
		assertThat(exists("a")).isFalse();
	}

	@Test
	void listenersOnTheSpotMayUseTheSession() {
		try (EtcdClient direct = newClient().callbackExecutor(Runnable::run).build()) {
			Session session = direct.session(NOTICED_SOON).sync();
			CompletableFuture<Void> told = new CompletableFuture<>();
			CompletableFuture<Void> restored = new CompletableFuture<>();
			session.onLost((loss) -> {
				// On another thread, which this one waits for.
				CompletableFuture.runAsync(() -> session.onRestored(() -> {
				})).join();
				told.complete(null);
			});
			session.onRestored(() -> {
				CompletableFuture.runAsync(() -> session.lock(key("lock"))).join();
				restored.complete(null);
			});
			this.etcd.leases().revoke(session.leaseId()).sync();
			assertThat(told).succeedsWithin(Duration.ofSeconds(30));
			assertThat(restored).succeedsWithin(Duration.ofSeconds(30));
		}
	}

	@Test
	void formerKeyDoesTheNextNoHarm() {
		try (Session session = this.etcd.session(TTL).sync()) {
			EphemeralKey former = session.register(key("a"), "1").sync();
			EphemeralKey closed = session.register(key("a"), "2").sync();
			closed.close();
			assertThat(exists("a")).isFalse();
			EphemeralKey present = session.register(key("a"), "3").sync();
			former.close();
			closed.close();
			assertThat(exists("a")).isTrue();
			present.close();
			assertThat(exists("a")).isFalse();
		}
	}

	@Test
	void leaseOfAFormerProcessIsTakenOver() {
		long lease = this.etcd.leases().grant(TTL).sync().id();
		this.kv.put(key("a"), "1").lease(lease).sync();
		try (Session session = this.etcd.session(TTL).lease(lease).sync()) {
			assertThat(session.leaseId()).isEqualTo(lease);
			assertThat(session.state().isAlive()).isTrue();
			assertThat(exists("a")).isTrue();
		}
		assertThat(exists("a")).isFalse();
		assertThatExceptionOfType(LeaseNotFoundException.class)
			.isThrownBy(() -> this.etcd.session(TTL).lease(lease).sync());
	}

	@Test
	void argumentsAreChecked() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.etcd.session(Duration.ZERO))
			.withMessageContaining("'ttl'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.etcd.session(TTL).lease(0))
			.withMessageContaining("'id'");
		try (Session session = this.etcd.session(TTL).sync()) {
			assertThatIllegalArgumentException().isThrownBy(() -> session.lock("")).withMessageContaining("'name'");
			assertThatIllegalArgumentException().isThrownBy(() -> session.election("")).withMessageContaining("'name'");
			assertThatIllegalArgumentException().isThrownBy(() -> session.register("", ""))
				.withMessageContaining("'key'");
		}
	}

}
