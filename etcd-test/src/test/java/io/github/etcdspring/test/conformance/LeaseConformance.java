/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.lease.LeaseGrant;
import io.github.etcdspring.client.lease.LeaseList;
import io.github.etcdspring.client.lease.LeaseTimeToLive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Leases with an id of the application's, how long leases live, and which there are.
 */
abstract class LeaseConformance extends Conformance {

	// Others use the same server.
	private static long newId() {
		return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
	}

	private LeaseGrant grant(long id) {
		return this.etcd.leases().grant(LONG).id(id).sync();
	}

	private void revoke(long id) {
		this.etcd.leases().revoke(id).sync();
	}

	@Test
	void applicationCanChooseTheId() {
		for (long id : new long[] { newId(), -newId(), Long.MIN_VALUE, Long.MAX_VALUE }) {
			LeaseGrant lease = grant(id);
			assertThat(lease.id()).isEqualTo(id);
			assertThat(lease.ttl()).isEqualTo(LONG);
			assertThat(lease.header().memberId()).isNotZero();
			this.kv.put(key("a"), "1").lease(id).sync();
			assertThat(find("a").lease()).isEqualTo(id);
			revoke(id);
			assertThat(this.kv.get(key("a")).sync().count()).isZero();
		}
	}

	@Test
	void idZeroIsNotSent() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.etcd.leases().grant(LONG).id(0))
			.withMessageContaining("'id' must not be 0");
	}

	@Test
	void thereIsOneLeaseOfAnId() {
		long id = newId();
		grant(id);
		assertRefused(this.etcd.leases().grant(LONG).id(id), EtcdException.class, Reason.LEASE_EXISTS);
		assertRefused(this.etcd.leases().grant(Duration.ofMinutes(1)).id(id), EtcdException.class, Reason.LEASE_EXISTS);
		revoke(id);
		assertThat(grant(id).id()).isEqualTo(id);
		revoke(id);
	}

	@Test
	void tooLongATimeToLiveIsRefusedForAChosenIdToo() {
		assertRefused(this.etcd.leases().grant(Duration.ofSeconds(9_000_000_001L)).id(newId()), EtcdException.class,
				Reason.LEASE_TTL_TOO_LARGE);
	}

	@Test
	void leaseThatExpiresTakesItsKeysAlong() {
		LeaseGrant lease = this.etcd.leases().grant(Duration.ofSeconds(1)).sync();
		assertThat(lease.ttl()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
		this.kv.put(key("a"), "1").lease(lease.id()).sync();
		put("b", "2");
		await().atMost(SOON).untilAsserted(() -> assertThat(names(this.kv.get(ownKeys()).sync())).containsExactly("b"));
		LeaseTimeToLive after = this.etcd.leases().timeToLive(lease.id()).keys().sync();
		assertThat(after.exists()).isFalse();
		assertThat(after.keys()).isEmpty();
		assertThat(this.etcd.leases().list().sync().ids()).doesNotContain(lease.id());
	}

	@Test
	void timeToLiveGoesDown() {
		LeaseGrant lease = this.etcd.leases().grant(Duration.ofSeconds(60)).sync();
		LeaseTimeToLive live = this.etcd.leases().timeToLive(lease.id()).sync();
		assertThat(live.id()).isEqualTo(lease.id());
		assertThat(live.exists()).isTrue();
		assertThat(live.remaining().orElseThrow()).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(60));
		assertThat(live.grantedTtl()).isEqualTo(Duration.ofSeconds(60));
		assertThat(live.keys()).isEmpty();
		assertThat(live.header().memberId()).isNotZero();
		assertThat(this.etcd.leases().timeToLive(lease.id()).async()).succeedsWithin(SOON)
			.matches(LeaseTimeToLive::exists);
		revoke(lease.id());
		assertThat(this.etcd.leases().timeToLive(lease.id()).sync().exists()).isFalse();
	}

	@Test
	void unknownLeaseIsNoError() {
		LeaseTimeToLive live = this.etcd.leases().timeToLive(newId()).keys().sync();
		assertThat(live.exists()).isFalse();
		assertThat(live.remaining()).isEmpty();
		assertThat(live.grantedTtl()).isZero();
		assertThat(live.keys()).isEmpty();
	}

	@Test
	void leaseKnowsItsKeys() {
		long id = this.etcd.leases().grant(LONG).sync().id();
		this.kv.put(key("a"), "1").lease(id).sync();
		Bytes binary = key(bytes(0, 0xFF));
		this.kv.put(binary, Bytes.EMPTY).lease(id).sync();
		assertThat(this.etcd.leases().timeToLive(id).keys().sync().keys())
			.containsExactlyInAnyOrder(Bytes.utf8(key("a")), binary);
		assertThat(this.etcd.leases().timeToLive(id).sync().keys()).isEmpty();
		this.kv.put(key("a"), "1").sync();
		assertThat(this.etcd.leases().timeToLive(id).keys().sync().keys()).containsExactly(binary);
		revoke(id);
	}

	@Test
	void clientOfANamespaceSeesItsOwnKeys() {
		long id = this.etcd.leases().grant(LONG).sync().id();
		this.kv.put(key("inside/a"), "1").lease(id).sync();
		this.kv.put(key("outside"), "1").lease(id).sync();
		try (EtcdClient inside = newClient().namespace(key("inside/")).build()) {
			inside.kv().put("b", "2").lease(id).sync();
			assertThat(inside.leases().timeToLive(id).keys().sync().keys()).containsExactlyInAnyOrder(Bytes.utf8("a"),
					Bytes.utf8("b"));
		}
		assertThat(this.etcd.leases().timeToLive(id).keys().sync().keys()).hasSize(3);
		revoke(id);
	}

	@Test
	void leasesAreListed() {
		long first = this.etcd.leases().grant(LONG).sync().id();
		long second = grant(-newId()).id();
		LeaseList list = this.etcd.leases().list().sync();
		assertThat(list.ids()).contains(first, second);
		assertThat(list.header().memberId()).isNotZero();
		revoke(first);
		assertThat(this.etcd.leases().list().async()).succeedsWithin(SOON)
			.extracting(LeaseList::ids)
			.satisfies((ids) -> assertThat(ids).contains(second).doesNotContain(first));
		revoke(second);
	}

}
