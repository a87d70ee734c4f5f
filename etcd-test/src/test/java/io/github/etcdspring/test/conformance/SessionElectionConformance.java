/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.election.LeaderListener;
import io.github.etcdspring.client.election.Observation;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.SessionLostException;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.session.Leadership;
import io.github.etcdspring.client.session.Session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Elections of sessions.
 */
abstract class SessionElectionConformance extends Conformance {

	private static final Duration TTL = Duration.ofSeconds(30);

	private final List<AutoCloseable> opened = new ArrayList<>();

	private Session one;

	private Session two;

	private String name;

	@BeforeEach
	void sessions() {
		this.one = session();
		this.two = session();
		this.name = key("election");
	}

	@AfterEach
	void closeSessions() throws Exception {
		for (AutoCloseable each : this.opened) {
			each.close();
		}
	}

	private Session session() {
		EtcdClient client = newClient().build();
		Session session = client.session(TTL).sync();
		this.opened.add(session);
		this.opened.add(client);
		return session;
	}

	private long candidates() {
		return this.kv.get(KeyRange.prefix(this.name + "/")).countOnly().sync().count();
	}

	private String leader() {
		return this.one.election(this.name).leader().sync().first().map(KeyValue::valueAsUtf8).orElse("nobody");
	}

	@Test
	void oneLeadsAndTheNextFollows() {
		assertThat(leader()).isEqualTo("nobody");
		Leadership first = this.one.election(this.name).campaign("one").sync();
		assertThat(first.isHeld()).isTrue();
		assertThat(leader()).isEqualTo("one");
		CompletableFuture<Leadership> waiting = this.two.election(this.name).campaign("two").async();
		await().until(() -> candidates() == 2);
		first.proclaim("uno").sync();
		assertThat(leader()).isEqualTo("uno");
		first.close();
		Leadership second = waiting.join();
		assertThat(leader()).isEqualTo("two");
		assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
		assertThatExceptionOfType(SessionLostException.class).isThrownBy(() -> first.proclaim("late").sync());
		assertThat(leader()).isEqualTo("two");
		assertThat(second.resign()).succeedsWithin(SOON);
		assertThat(leader()).isEqualTo("nobody");
	}

	@Test
	void sharesItsQueueWithTheElectionService() {
		long lease = this.etcd.leases().grant(TTL).sync().id();
		var service = this.etcd.electionService().campaign(this.name, lease, "service").sync();
		CompletableFuture<Leadership> waiting = this.one.election(this.name).campaign("one").async();
		await().until(() -> candidates() == 2);
		assertThat(leader()).isEqualTo("service");
		this.etcd.electionService().resign(service.leader()).sync();
		assertThat(waiting).succeedsWithin(SOON);
		assertThat(this.etcd.electionService().leader(this.name).sync().keyValue().valueAsUtf8()).isEqualTo("one");
	}

	@Test
	void secondCandidacyOfASessionIsRefused() {
		try (Leadership leading = this.one.election(this.name).campaign("one").sync()) {
			assertThatIllegalStateException().isThrownBy(() -> this.one.election(this.name).campaign("again").sync());
			assertThat(leading.isHeld()).isTrue();
		}
		this.one.election(this.name).campaign("again").sync().close();
	}

	@Test
	void timeoutEndsTheCandidacy() {
		try (Leadership leading = this.one.election(this.name).campaign("one").sync()) {
			assertThatExceptionOfType(EtcdTimeoutException.class)
				.isThrownBy(() -> this.two.election(this.name).campaign("two").timeout(Duration.ofMillis(300)).sync());
			await().until(() -> candidates() == 1);
			assertThat(leading.isHeld()).isTrue();
		}
		this.two.election(this.name).campaign("two").sync().close();
	}

	@Test
	void lostLeaseIsALostLeadership() {
		Leadership leading = this.one.election(this.name).campaign("one").sync();
		CompletableFuture<EtcdException> lost = new CompletableFuture<>();
		leading.onLost(lost::complete);
		assertThat(this.kv.txn().when(leading.fence()).then(Op.put(key("a"), "1")).sync().succeeded()).isTrue();
		this.etcd.leases().revoke(this.one.leaseId()).sync();
		assertThat(lost).succeedsWithin(SOON).isInstanceOf(SessionLostException.class);
		assertThat(leading.isHeld()).isFalse();
		assertThat(this.kv.txn().when(leading.fence()).then(Op.put(key("a"), "2")).sync().succeeded()).isFalse();
		long lease = leading.leaseId();
		await().until(() -> this.one.leaseId() != lease);
		try (Leadership again = this.one.election(this.name).campaign("one again").sync()) {
			assertThat(again.isHeld()).isTrue();
		}
	}

	@Test
	void leadershipIsResumedAfterARestart() {
		Leadership before = this.one.election(this.name).campaign("one").sync();
		try (Session taken = this.etcd.session(TTL).lease(before.leaseId()).sync()) {
			Leadership after = taken.election(this.name).resume(before.fencingToken()).sync();
			assertThat(after.isHeld()).isTrue();
			assertThat(after.fencingToken()).isEqualTo(before.fencingToken());
			after.proclaim("the same").sync();
			assertThat(leader()).isEqualTo("the same");
			assertThatExceptionOfType(SessionLostException.class)
				.isThrownBy(() -> this.two.election(this.name).resume(before.fencingToken()).sync());
			after.close();
			assertThat(leader()).isEqualTo("nobody");
			assertThatExceptionOfType(SessionLostException.class)
				.isThrownBy(() -> taken.election(this.name).resume(before.fencingToken()).sync());
		}
	}

	@Test
	void observerSeesEveryLeader() {
		RecordingLeaderListener listener = new RecordingLeaderListener();
		try (Observation observing = this.two.election(this.name).observe(listener)) {
			await().untilAsserted(() -> assertThat(listener.told).containsExactly("nobody"));
			Leadership first = this.one.election(this.name).campaign("one").sync();
			await().untilAsserted(() -> assertThat(listener.told).containsExactly("nobody", "one"));
			first.proclaim("uno").sync();
			CompletableFuture<Leadership> second = this.two.election(this.name).campaign("two").async();
			await().until(() -> candidates() == 2);
			first.close();
			await().untilAsserted(() -> assertThat(listener.told).containsExactly("nobody", "one", "uno", "two"));
			second.join().close();
			await().untilAsserted(
					() -> assertThat(listener.told).containsExactly("nobody", "one", "uno", "two", "nobody"));
			observing.close();
		}
		await().untilAsserted(() -> assertThat(listener.ends).isEqualTo(1));
		this.one.election(this.name).campaign("unseen").sync().close();
		assertThat(listener.told).hasSize(5);
	}

	@Test
	void formerLeadershipDoesTheNextNoHarm() {
		Leadership resigned = this.one.election(this.name).campaign("1").sync();
		resigned.close();
		Leadership deleted = this.one.election(this.name).campaign("2").sync();
		resigned.close();
		assertThat(this.kv.txn().when(deleted.fence()).sync().succeeded()).isTrue();
		this.kv.delete(deleted.key()).sync();
		await().until(() -> !deleted.isHeld());
		try (Leadership leading = this.one.election(this.name).campaign("3").sync()) {
			resigned.close();
			deleted.close();
			assertThat(this.kv.txn().when(leading.fence()).sync().succeeded()).isTrue();
			assertThat(leading.isHeld()).isTrue();
		}
		assertThat(this.one.election(this.name).leader().sync().first()).isEmpty();
	}

	@Test
	void observerMayThrow() {
		BlockingQueue<String> told = new LinkedBlockingQueue<>();
		try (Leadership leading = this.one.election(this.name).campaign("one").sync();
				Observation observing = this.two.election(this.name).observe((leader) -> {
					told.add(leader.valueAsUtf8());
					throw new IllegalStateException("thrown by a test");
				})) {
			await().untilAsserted(() -> assertThat(told).containsExactly("one"));
			leading.proclaim("two").sync();
			await().untilAsserted(() -> assertThat(told).containsExactly("one", "two"));
		}
	}

	@Test
	void observerIsToldTheEndOnceAndLast() {
		for (int i = 0; i < 20; i++) {
			List<String> told = new CopyOnWriteArrayList<>();
			LeaderListener listener = new LeaderListener() {

				@Override
				public void onLeader(KeyValue leader) {
					told.add("leader");
				}

				@Override
				public void onClosed(@Nullable EtcdException cause) {
					told.add("closed");
				}

			};
			try (Leadership leading = this.one.election(this.name).campaign("one").sync();
					Observation observing = this.two.election(this.name).observe(listener)) {
				if (i % 2 == 0) {
					await().until(() -> !told.isEmpty());
					leading.proclaim("two").async();
				}
			}
			await().until(() -> told.contains("closed"));
			assertThat(told).endsWith("closed").containsOnlyOnce("closed");
		}
	}

	@Test
	void otherNamesDoNotInterfere() {
		try (Leadership outer = this.one.election(this.name).campaign("one").sync();
				Leadership inner = this.two.election(this.name + "/inner").campaign("two").timeout(SOON).sync()) {
			assertThat(inner.isHeld()).isTrue();
			assertThat(outer.isHeld()).isTrue();
		}
	}

	private static final class RecordingLeaderListener implements LeaderListener {

		private final List<String> told = new CopyOnWriteArrayList<>();

		private volatile int ends;

		@Override
		public void onLeader(KeyValue leader) {
			this.told.add(leader.valueAsUtf8());
		}

		@Override
		public void onNoLeader() {
			this.told.add("nobody");
		}

		@Override
		public void onClosed(@Nullable EtcdException cause) {
			this.ends++;
		}

	}

}
