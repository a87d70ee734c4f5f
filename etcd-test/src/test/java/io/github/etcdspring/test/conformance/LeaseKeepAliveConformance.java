/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.LeaseNotFoundException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.lease.KeepAliveListener;
import io.github.etcdspring.client.lease.LeaseGrant;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.lease.LeaseRenewal;
import io.github.etcdspring.client.lease.LeaseState;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Keeping leases alive.
 */
abstract class LeaseKeepAliveConformance extends Conformance {

	/** The shortest there is, or nearly so. */
	private static final Duration SHORT = Duration.ofSeconds(2);

	private LeaseGrant grant(Duration ttl) {
		return this.etcd.leases().grant(ttl).sync();
	}

	private long grantWithKey(Duration ttl, String name) {
		long lease = grant(ttl).id();
		this.kv.put(key(name), "").lease(lease).sync();
		return lease;
	}

	private boolean exists(String name) {
		return this.kv.get(key(name)).sync().count() == 1;
	}

	private static void awaitRenewals(Renewals renewals, int count) {
		await().atMost(SOON).until(() -> renewals.count.get() >= count);
	}

	@Test
	void leaseLivesPastItsTimeToLive() {
		long lease = grantWithKey(SHORT, "a");
		Renewals renewals = new Renewals();
		try (KeepAlive alive = this.etcd.leases().keepAlive(lease).open(renewals)) {
			assertThat(alive.ready()).succeedsWithin(SOON).isEqualTo(renewals.ttl.join());
			// The first is at once, and each other after a third of the time to live.
			awaitRenewals(renewals, 9);
			assertThat(alive.leaseId()).isEqualTo(lease);
			assertThat(alive.ttl()).contains(renewals.ttl.join());
			assertThat(alive.state()).isEqualTo(LeaseState.ALIVE);
			assertThat(exists("a")).isTrue();
			assertThat(renewals.loss).isNotDone();
		}
	}

	@Test
	void leaseEndsAfterTheKeepaliveIsClosed() {
		long lease = grantWithKey(SHORT, "a");
		Renewals renewals = new Renewals();
		KeepAlive alive = this.etcd.leases().keepAlive(lease).open(renewals);
		awaitRenewals(renewals, 2);
		alive.close();
		assertThat(alive.state().loss())
			.satisfies((loss) -> assertThat(loss.cause()).isEqualTo(LeaseLoss.Cause.CLOSED));
		assertThat(exists("a")).isTrue();
		await().atMost(SOON).until(() -> !exists("a"));
		assertThat(renewals.loss).isNotDone();
	}

	@Test
	void oneOfTwoKeepalivesGoesOnAfterTheOtherIsClosed() {
		long lease = grantWithKey(SHORT, "a");
		Renewals first = new Renewals();
		Renewals second = new Renewals();
		KeepAlive closed = this.etcd.leases().keepAlive(lease).open(first);
		try (KeepAlive kept = this.etcd.leases().keepAlive(lease).open(second)) {
			awaitRenewals(first, 2);
			awaitRenewals(second, 2);
			closed.close();
			int before = second.count.get();
			awaitRenewals(second, before + 5);
			assertThat(kept.state()).isEqualTo(LeaseState.ALIVE);
			assertThat(exists("a")).isTrue();
		}
	}

	@Test
	void revokedLeaseIsLostAndOthersAreNot() {
		long revoked = grant(SHORT).id();
		long other = grantWithKey(SHORT, "other");
		Renewals renewals = new Renewals();
		Renewals others = new Renewals();
		try (KeepAlive lost = this.etcd.leases().keepAlive(revoked).open(renewals);
				KeepAlive kept = this.etcd.leases().keepAlive(other).open(others)) {
			awaitRenewals(renewals, 1);
			this.etcd.leases().revoke(revoked).sync();
			assertThat(renewals.loss).succeedsWithin(SHORT).satisfies((loss) -> {
				assertThat(loss.cause()).isEqualTo(LeaseLoss.Cause.NOT_FOUND);
				assertThat(loss.failure()).isInstanceOf(LeaseNotFoundException.class);
			});
			assertThat(lost.state().isLost()).isTrue();
			awaitRenewals(others, others.count.get() + 5);
			assertThat(kept.state()).isEqualTo(LeaseState.ALIVE);
			assertThat(exists("other")).isTrue();
		}
	}

	@Test
	void leaseThatDoesNotExistIsLost() {
		long lease = grant(LONG).id();
		this.etcd.leases().revoke(lease).sync();
		try (KeepAlive lost = this.etcd.leases().keepAlive(lease).open()) {
			assertThat(lost.ready()).failsWithin(SOON)
				.withThrowableThat()
				.withCauseInstanceOf(LeaseNotFoundException.class);
			assertThat(lost.state().loss())
				.satisfies((loss) -> assertThat(loss.cause()).isEqualTo(LeaseLoss.Cause.NOT_FOUND));
		}
	}

	@Test
	void leaseThatWasGrantedJustNowIsAliveAtOnce() {
		long before = System.nanoTime();
		LeaseGrant grant = grant(SHORT);
		Renewals renewals = new Renewals();
		try (KeepAlive alive = this.etcd.leases().keepAlive(grant.id()).grantedAt(before, grant.ttl()).open(renewals)) {
			assertThat(alive.state()).isEqualTo(LeaseState.ALIVE);
			assertThat(alive.ready()).isCompletedWithValue(grant.ttl());
			awaitRenewals(renewals, 5);
			assertThat(alive.state()).isEqualTo(LeaseState.ALIVE);
		}
	}

	@Test
	void closedClientLosesItsLeasesButRevokesNone() {
		long lease = grantWithKey(LONG, "a");
		Renewals renewals = new Renewals();
		try (EtcdClient client = newClient().build()) {
			KeepAlive alive = client.leases().keepAlive(lease).open(renewals);
			assertThat(alive.ready()).succeedsWithin(SOON);
		}
		assertThat(renewals.loss).succeedsWithin(SOON)
			.satisfies((loss) -> assertThat(loss.cause()).isEqualTo(LeaseLoss.Cause.CLOSED));
		assertThat(exists("a")).isTrue();
		this.etcd.leases().revoke(lease).sync();
	}

	@Test
	void hundredsOfLeasesLivePastTheirTimeToLive() {
		Duration ttl = Duration.ofSeconds(6);
		List<CompletableFuture<LeaseGrant>> grants = IntStream.range(0, 300)
			.mapToObj((i) -> this.etcd.leases().grant(ttl).async())
			.toList();
		long start = System.nanoTime();
		List<KeepAlive> all = grants.stream()
			.map((grant) -> this.etcd.leases().keepAlive(grant.join().id()).open())
			.toList();
		all.forEach((each) -> assertThat(each.ready()).succeedsWithin(SOON));
		long end = start + ttl.plusSeconds(2).toNanos();
		await().atMost(Duration.ofSeconds(30)).until(() -> {
			assertThat(all).allMatch((each) -> each.state().isAlive());
			return System.nanoTime() - end > 0;
		});
		all.forEach(KeepAlive::close);
	}

	@Test
	void singleRenewalBeginsTheTimeToLiveAnew() {
		long lease = grantWithKey(SHORT, "a");
		long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
		await().atMost(SOON).pollInterval(Duration.ofMillis(300)).until(() -> {
			LeaseRenewal renewal = this.etcd.leases().keepAliveOnce(lease).sync();
			assertThat(renewal.id()).isEqualTo(lease);
			assertThat(renewal.ttl()).isPositive();
			assertThat(renewal.header().memberId()).isNotZero();
			return System.nanoTime() - end > 0;
		});
		assertThat(exists("a")).isTrue();
		await().atMost(SOON).until(() -> !exists("a"));
	}

	@Test
	void singleRenewalsAtTheSameTimeAreAllAnswered() {
		long lease = grant(LONG).id();
		List<CompletableFuture<LeaseRenewal>> renewals = IntStream.range(0, 100)
			.mapToObj((i) -> this.etcd.leases().keepAliveOnce(lease).async())
			.toList();
		renewals.forEach((each) -> assertThat(each).succeedsWithin(SOON)
			.satisfies((renewal) -> assertThat(renewal.ttl()).isEqualTo(LONG)));
		this.etcd.leases().revoke(lease).sync();
	}

	@Test
	void leaseThatDoesNotExistCannotBeRenewed() {
		long lease = grant(LONG).id();
		this.etcd.leases().revoke(lease).sync();
		assertRefused(this.etcd.leases().keepAliveOnce(lease), LeaseNotFoundException.class, Reason.LEASE_NOT_FOUND);
	}

	/**
	 * Counts.
	 */
	private static final class Renewals implements KeepAliveListener {

		private final AtomicInteger count = new AtomicInteger();

		private final CompletableFuture<Duration> ttl = new CompletableFuture<>();

		private final CompletableFuture<LeaseLoss> loss = new CompletableFuture<>();

		@Override
		public void onRenewed(Duration ttl) {
			this.count.incrementAndGet();
			this.ttl.complete(ttl);
		}

		@Override
		public void onLost(LeaseLoss loss) {
			this.loss.complete(loss);
		}

	}

}
