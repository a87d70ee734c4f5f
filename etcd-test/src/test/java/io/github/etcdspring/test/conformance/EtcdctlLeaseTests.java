/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.lease.LeaseTimeToLive;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Leadership;
import io.github.etcdspring.client.session.Session;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Leases of the client and of {@code etcdctl}, and what is made of them.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class EtcdctlLeaseTests extends EtcdctlConformance {

	private static final Duration TTL = Duration.ofMinutes(5);

	/** As etcdctl writes it. */
	private static String hex(long lease) {
		return String.format("%016x", lease);
	}

	@Test
	void etcdctlKnowsLeasesOfTheClient() {
		long lease = this.etcd.leases().grant(TTL).sync().id();
		String id = hex(lease);
		this.kv.put(key("a"), "1").lease(lease).sync();
		assertThat(this.etcdctl.run("lease", "list").lines()).contains(id);
		assertThat(this.etcdctl.run("lease", "timetolive", id, "--keys").text())
			.startsWith("lease " + id + " granted with TTL(300s), remaining(")
			.contains("attached keys([" + key("a") + "])");
		assertThat(this.etcdctl.run("lease", "keep-alive", "--once", id).text())
			.isEqualTo("lease " + id + " keepalived with TTL(300)\n");
		assertThat(this.etcdctl.run("lease", "revoke", id).text()).isEqualTo("lease " + id + " revoked\n");
		assertThat(this.kv.get(key("a")).sync().count()).isZero();
		assertThat(this.etcd.leases().timeToLive(lease).sync().exists()).isFalse();
	}

	@Test
	void clientKnowsLeasesOfEtcdctl() {
		long lease = this.etcdctl.run("lease", "grant", "300", "-w", "json").number("ID");
		String id = hex(lease);
		this.etcdctl.run("put", "--lease=" + id, key("a"), "1");
		assertThat(this.etcd.leases().list().sync().ids()).contains(lease);
		LeaseTimeToLive found = this.etcd.leases().timeToLive(lease).keys().sync();
		assertThat(found.grantedTtl()).isEqualTo(TTL);
		assertThat(found.keys()).containsExactly(Bytes.utf8(key("a")));
		assertThat(this.etcd.leases().keepAliveOnce(lease).sync().ttl()).isEqualTo(TTL);
		assertThat(find("a").lease()).isEqualTo(lease);
		this.etcd.leases().revoke(lease).sync();
		assertThat(this.etcdctl.run("lease", "timetolive", id).text()).isEqualTo("lease " + id + " already expired\n");
		assertThat(this.etcdctl.run("get", key("a")).text()).isEmpty();
	}

	@Test
	void bothKeepALeaseAlive() {
		long lease = this.etcd.leases().grant(Duration.ofSeconds(10)).sync().id();
		String id = hex(lease);
		Etcdctl.Running keeping = this.etcdctl.start("lease", "keep-alive", id);
		keeping.awaitText("lease " + id + " keepalived with TTL(10)");
		try (var own = this.etcd.leases().keepAlive(lease).open()) {
			assertThat(own.ready()).succeedsWithin(SOON).isEqualTo(Duration.ofSeconds(10));
		}
		this.etcd.leases().revoke(lease).sync();
		keeping.awaitText("lease " + id + " expired or revoked.");
		assertThat(keeping.exit()).isZero();
	}

	@Test
	void etcdctlWaitsForALockOfASession() {
		try (Session session = this.etcd.session(TTL).sync()) {
			HeldLock held = session.lock(key("lock")).acquire().sync();
			Etcdctl.Running waiting = this.etcdctl.start("lock", key("lock"), "--", "sh", "-c",
					"echo had $ETCD_LOCK_KEY at $ETCD_LOCK_REV");
			awaitKeys("lock", 2);
			KeyValue next = this.kv.get(KeyRange.prefix(key("lock/")))
				.minCreateRevision(held.fencingToken() + 1)
				.sync()
				.first()
				.orElseThrow();
			assertThat(waiting.said().text()).isEmpty();
			assertThat(waiting.isRunning()).isTrue();
			held.close();
			assertThat(waiting.exit()).as(() -> waiting.said().toString()).isZero();
			assertThat(waiting.said().text()).startsWith("had " + next.keyAsUtf8() + " at ");
		}
		awaitKeys("lock", 0);
	}

	@Test
	void sessionWaitsForALockOfEtcdctl() {
		Etcdctl.Running holding = this.etcdctl.start("lock", key("lock"));
		holding.awaitText(key("lock/"));
		String held = holding.said().text().strip();
		assertThat(this.kv.get(held).sync().count()).isOne();
		try (Session session = this.etcd.session(TTL).sync()) {
			assertThat(session.lock(key("lock")).tryAcquire().sync()).isEmpty();
			CompletableFuture<HeldLock> waiting = session.lock(key("lock")).acquire().async();
			awaitKeys("lock", 2);
			assertThat(waiting).isNotDone();
			holding.stop();
			assertThat(waiting).succeedsWithin(SOON)
				.satisfies((lock) -> assertThat(lock.key().asUtf8()).startsWith(key("lock/")).isNotEqualTo(held));
			holding.exit();
		}
		awaitKeys("lock", 0);
	}

	@Test
	void etcdctlFollowsALeaderOfASession() {
		Etcdctl.Running observing = this.etcdctl.start("elect", "-l", key("election"));
		try (Session session = this.etcd.session(TTL).sync()) {
			Leadership leadership = session.election(key("election")).campaign("ours").sync();
			observing.awaitText(leadership.key().asUtf8() + "\nours\n");
			Etcdctl.Running candidate = this.etcdctl.start("elect", key("election"), "theirs");
			awaitKeys("election", 2);
			assertThat(candidate.said().text()).isEmpty();
			leadership.proclaim("still ours").sync();
			observing.awaitText(leadership.key().asUtf8() + "\nstill ours\n");
			assertThat(leadership.resign()).succeedsWithin(SOON);
			candidate.awaitText("\ntheirs\n");
			observing.awaitText("\ntheirs\n");
			assertThat(session.election(key("election")).leader().sync().first()).map(KeyValue::valueAsUtf8)
				.isEqualTo(Optional.of("theirs"));
			candidate.stop();
			candidate.exit();
		}
		awaitKeys("election", 0);
	}

	@Test
	void sessionFollowsALeaderOfEtcdctl() {
		Etcdctl.Running leading = this.etcdctl.start("elect", key("election"), "theirs");
		leading.awaitText("\ntheirs\n");
		List<String> lines = leading.said().lines();
		assertThat(this.etcd.electionService().leader(key("election")).sync().keyValue()).satisfies((leader) -> {
			assertThat(leader.keyAsUtf8()).isEqualTo(lines.get(0));
			assertThat(leader.valueAsUtf8()).isEqualTo("theirs");
		});
		try (Session session = this.etcd.session(TTL).sync()) {
			CompletableFuture<Leadership> waiting = session.election(key("election")).campaign("ours").async();
			awaitKeys("election", 2);
			assertThat(waiting).isNotDone();
			leading.stop();
			assertThat(waiting).succeedsWithin(SOON);
			leading.exit();
		}
	}

	private void awaitKeys(String name, long count) {
		KeyRange range = KeyRange.prefix(key(name) + "/");
		await().atMost(SOON)
			.untilAsserted(() -> assertThat(this.kv.get(range).countOnly().sync().count()).isEqualTo(count));
	}

}
