/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.LeaseNotFoundException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.lease.LeaseGrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Granting and revoking leases, and what they mean for keys.
 */
abstract class LeaseGrantConformance extends Conformance {

	private long grant() {
		return this.etcd.leases().grant(LONG).sync().id();
	}

	private Header revoke(long lease) {
		return this.etcd.leases().revoke(lease).sync();
	}

	@Test
	void grantedLeaseHasAnIdAndTheTimeToLive() {
		LeaseGrant lease = this.etcd.leases().grant(Duration.ofMinutes(30)).sync();
		assertThat(lease.id()).isNotZero();
		assertThat(lease.ttl()).isEqualTo(Duration.ofMinutes(30));
		revoke(lease.id());
	}

	@Test
	void everyGrantIsAnotherLease() {
		List<CompletableFuture<LeaseGrant>> grants = IntStream.range(0, 20)
			.mapToObj((i) -> this.etcd.leases().grant(LONG).async())
			.toList();
		assertThat(CompletableFuture.allOf(grants.toArray(CompletableFuture[]::new))).succeedsWithin(SOON);
		assertThat(grants.stream().map((grant) -> grant.join().id())).doesNotHaveDuplicates();
		grants.forEach((grant) -> revoke(grant.join().id()));
	}

	@Test
	void timeToLiveIsRoundedUpToSeconds() {
		assertThat(this.etcd.leases().grant(Duration.ofMillis(60_001)).sync().ttl()).isEqualTo(Duration.ofSeconds(61));
		assertThat(this.etcd.leases().grant(Duration.ofNanos(60_000_000_001L)).sync().ttl())
			.isEqualTo(Duration.ofSeconds(61));
	}

	@Test
	void serverMayGrantMoreThanWasAsked() {
		assertThat(this.etcd.leases().grant(Duration.ofMillis(1)).sync().ttl()).isBetween(Duration.ofSeconds(1),
				Duration.ofSeconds(10));
	}

	@Test
	void tooLongATimeToLiveIsRefused() {
		Duration longest = Duration.ofHours(2_500_000);
		LeaseGrant lease = this.etcd.leases().grant(longest).sync();
		assertThat(lease.ttl()).isEqualTo(longest);
		revoke(lease.id());
		assertRefused(this.etcd.leases().grant(longest.plusSeconds(1)), EtcdException.class,
				Reason.LEASE_TTL_TOO_LARGE);
	}

	@Test
	void timeToLiveThatIsNotPositiveIsNotSent() {
		for (Duration ttl : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.etcd.leases().grant(ttl))
				.withMessageContaining("'ttl'")
				.withMessageContaining(ttl.toString());
		}
	}

	@Test
	void revokingDeletesTheKeysAtOneRevision() {
		long lease = grant();
		this.kv.put(key("a"), "1").lease(lease).sync();
		this.kv.txn().then(Op.put(key("b"), "2").lease(lease)).sync();
		long before = put("c", "3");
		Header header = revoke(lease);
		assertThat(header.revision()).isEqualTo(before + 1);
		assertThat(header.memberId()).isNotZero();
		assertThat(names(this.kv.get(ownKeys()).sync())).containsExactly("c");
		assertThat(names(this.kv.get(ownKeys()).revision(before).sync())).containsExactly("a", "b", "c");
	}

	@Test
	void revokingALeaseWithoutKeysRaisesNoRevision() {
		long before = revision();
		long lease = grant();
		assertThat(revoke(lease).revision()).isEqualTo(before);
		assertThat(revision()).isEqualTo(before);
	}

	@Test
	void leaseThatDoesNotExistCannotBeRevoked() {
		long lease = grant();
		revoke(lease);
		assertRefused(this.etcd.leases().revoke(lease), LeaseNotFoundException.class, Reason.LEASE_NOT_FOUND);
	}

	@Test
	void leaseThatDoesNotExistCannotBeUsed() {
		long lease = grant();
		revoke(lease);
		assertRefused(this.kv.put(key("a"), "1").lease(lease), LeaseNotFoundException.class, Reason.LEASE_NOT_FOUND);
		assertThat(this.kv.get(key("a")).sync().count()).isZero();
	}

	@Test
	void keyKnowsItsLease() {
		long lease = grant();
		this.kv.put(key("a"), "1").lease(lease).sync();
		assertThat(find("a").lease()).isEqualTo(lease);
		assertThat(this.kv.put(key("a"), "2").lease(lease).withPrevious().sync().previous()).map(KeyValue::lease)
			.contains(lease);
		revoke(lease);
		assertThat(this.kv.get(key("a")).sync().count()).isZero();
	}

	@Test
	void putWithoutALeaseDetaches() {
		long lease = grant();
		this.kv.put(key("a"), "1").lease(lease).sync();
		put("a", "2");
		assertThat(find("a").lease()).isZero();
		revoke(lease);
		assertThat(find("a").valueAsUtf8()).isEqualTo("2");
	}

	@Test
	void putWithAnotherLeaseMoves() {
		long first = grant();
		long second = grant();
		this.kv.put(key("a"), "1").lease(first).sync();
		this.kv.put(key("a"), "2").lease(second).sync();
		revoke(first);
		assertThat(find("a").lease()).isEqualTo(second);
		revoke(second);
		assertThat(this.kv.get(key("a")).sync().count()).isZero();
	}

	@Test
	void keyWhoseLeaseIsKeptEndsWithIt() {
		long lease = grant();
		this.kv.put(key("a"), "1").lease(lease).sync();
		this.kv.put(key("a"), "2").ignoreLease().sync();
		revoke(lease);
		assertThat(this.kv.get(key("a")).sync().count()).isZero();
	}

	@Test
	void asyncRevokesToo() {
		assertThat(this.etcd.leases().revoke(grant()).async()).succeedsWithin(SOON)
			.satisfies((header) -> assertThat(header.memberId()).isNotZero());
	}

}
