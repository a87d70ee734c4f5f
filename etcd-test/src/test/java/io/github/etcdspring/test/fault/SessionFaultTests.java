/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Leadership;
import io.github.etcdspring.client.session.Session;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Locks, leadership and keys of sessions while members of their cluster are killed,
 * restarted and frozen.
 */
@WithEtcd
@Timeout(240)
class SessionFaultTests {

	private static final String NAME = "/locks/fault";

	private static final String COUNTER = "/counter";

	private static final Duration SOON = Duration.ofSeconds(60);

	/** One tick of the timer, and a machine with much to do. */
	private static final Duration SLACK = Duration.ofMillis(500);

	private final List<AutoCloseable> opened = new ArrayList<>();

	private EtcdCluster cluster;

	private EtcdClient etcd;

	@BeforeEach
	void startCluster(EtcdBinary binary) {
		this.cluster = EtcdCluster.builder().size(3).binary(binary).start();
		this.etcd = client();
	}

	@AfterEach
	void stopCluster() throws Exception {
		for (AutoCloseable each : this.opened) {
			each.close();
		}
		this.cluster.close();
	}

	private EtcdClient client() {
		EtcdClient client = EtcdClient.builder().endpoints(this.cluster.endpoints()).build();
		this.opened.add(0, client);
		return client;
	}

	private Session session(Duration ttl) {
		Session session = client().session(ttl).sync();
		this.opened.add(0, session);
		return session;
	}

	private void eachMember(java.util.function.Consumer<EtcdServer> action) {
		for (int i = 0; i < this.cluster.size(); i++) {
			action.accept(this.cluster.member(i));
		}
	}

	private long keys() {
		return this.etcd.kv().get(KeyRange.prefix(NAME + "/")).countOnly().sync().count();
	}

	private boolean hasKeys(long expected) {
		try {
			return keys() == expected;
		}
		catch (EtcdException ex) {
			return false;
		}
	}

	private static void pause(Duration time) throws InterruptedException {
		new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Test
	void clusterThatIsAwayTooLongCostsEverythingInTimeAndTheSessionComesBack() throws Exception {
		Duration ttl = Duration.ofSeconds(4);
		Session session = session(ttl);
		session.register("/services/me", "here").sync();
		HeldLock lock = session.lock(NAME).acquire().sync();
		Leadership leading = session.election("/leaders/fault").campaign("me").sync();
		long lease = session.leaseId();
		Losses losses = new Losses();
		lock.onLost((cause) -> losses.add(lock.isHeld(), cause));
		leading.onLost((cause) -> losses.add(leading.isHeld(), cause));
		session.onLost((loss) -> losses.add(!session.state().isLost(), loss.failure()));
		CompletableFuture<Void> restored = new CompletableFuture<>();
		session.onRestored(() -> restored.complete(null));
		eachMember(EtcdServer::freeze);
		long frozenAt = System.nanoTime();
		try {
			await().pollInterval(Duration.ofMillis(10)).atMost(SOON).until(() -> !lock.isHeld() && !leading.isHeld());
			// The last renewal that was answered was sent before.
			assertThat(Duration.ofNanos(System.nanoTime() - frozenAt))
				.isLessThan(FaultSettings.within(ttl.plus(SLACK)));
			await().pollInterval(Duration.ofMillis(10))
				.atMost(FaultSettings.within(SLACK))
				.until(() -> losses.causes.size() == 3);
			assertThat(losses.heldStill).hasValue(0);
			assertThat(restored).isNotDone();
			assertThat(session.state().isLost()).isTrue();
		}
		finally {
			eachMember(EtcdServer::thaw);
		}
		assertThat(restored).succeedsWithin(SOON);
		assertThat(session.leaseId()).isNotEqualTo(lease);
		await().atMost(SOON)
			.untilAsserted(() -> assertThat(this.etcd.kv().get("/services/me").sync().first()).map(KeyValue::lease)
				.hasValue(session.leaseId()));
		Leadership again = session.election("/leaders/fault").campaign("me again").timeout(SOON).sync();
		assertThat(again.isHeld()).isTrue();
		assertThat(again.fencingToken()).isGreaterThan(leading.fencingToken());
		HeldLock next = session.lock(NAME).acquire().timeout(SOON).sync();
		assertThat(next.fencingToken()).isGreaterThan(lock.fencingToken());
		// Whatever is done with the old ones does the new ones no harm.
		leading.close();
		lock.close();
		assertThat(this.etcd.kv().txn().when(next.fence(), again.fence()).sync().succeeded()).isTrue();
		assertThat(this.etcd.kv().txn().when(lock.fence()).then(Op.put(COUNTER, "x")).sync().succeeded()).isFalse();
		next.close();
		await().atMost(SOON).until(() -> hasKeys(0));
	}

	@Test
	void waiterThatLeavesDuringAnOutageLeavesNoKey() throws Exception {
		Session one = session(Duration.ofSeconds(60));
		Session two = session(Duration.ofSeconds(60));
		Session three = session(Duration.ofSeconds(60));
		HeldLock held = one.lock(NAME).acquire().sync();
		CompletableFuture<HeldLock> inTheQueue = three.lock(NAME).acquire().async();
		await().until(() -> hasKeys(2));
		eachMember(EtcdServer::freeze);
		try {
			CompletableFuture<HeldLock> entering = two.lock(NAME).acquire().async();
			pause(Duration.ofSeconds(1));
			entering.cancel(true);
			inTheQueue.cancel(true);
			pause(Duration.ofSeconds(1));
		}
		finally {
			eachMember(EtcdServer::thaw);
		}
		await().atMost(SOON).during(Duration.ofSeconds(5)).until(() -> hasKeys(1));
		held.close();
		three.lock(NAME).acquire().timeout(SOON).sync().close();
		two.lock(NAME).acquire().timeout(SOON).sync().close();
		await().atMost(SOON).until(() -> hasKeys(0));
	}

	@Test
	void entryThatAFrozenMemberMakesMuchLaterIsTakenAway() throws Exception {
		Session one = session(Duration.ofSeconds(60));
		Session two = session(Duration.ofSeconds(60));
		HeldLock held = one.lock(NAME).acquire().sync();
		EtcdServer member = this.cluster.member(0);
		member.freeze();
		try {
			CompletableFuture<HeldLock> entering = two.lock(NAME).acquire().async();
			pause(Duration.ofMillis(200));
			entering.cancel(true);
			pause(Duration.ofSeconds(12));
		}
		finally {
			member.thaw();
		}
		await().atMost(SOON).during(Duration.ofSeconds(3)).until(() -> hasKeys(1));
		held.close();
		two.lock(NAME).acquire().timeout(SOON).sync().close();
		await().atMost(SOON).until(() -> hasKeys(0));
	}

	/**
	 * What listeners were told.
	 */
	private static final class Losses {

		private final Queue<EtcdException> causes = new ConcurrentLinkedQueue<>();

		private final AtomicInteger heldStill = new AtomicInteger();

		void add(boolean held, EtcdException cause) {
			if (held) {
				this.heldStill.incrementAndGet();
			}
			this.causes.add(cause);
		}

	}

}
