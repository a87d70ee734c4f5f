/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.LeaseNotFoundException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.lock.LockResult;
import io.github.etcdspring.client.lock.LockService;
import io.github.etcdspring.test.BeforeEtcd;
import io.github.etcdspring.test.SinceEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * The lock service of the server.
 */
abstract class LockConformance extends Conformance {

	private LockService locks;

	private long lease;

	private long other;

	@BeforeEach
	void grantLeases() {
		this.locks = this.etcd.lockService();
		this.lease = grant();
		this.other = grant();
	}

	@AfterEach
	void revokeLeases() {
		this.etcd.leases().revoke(this.other).sync();
	}

	private long grant() {
		return this.etcd.leases().grant(LONG).sync().id();
	}

	private LockResult lock(long lease) {
		return this.locks.lock(key("lock"), lease).timeout(SOON).sync();
	}

	/** Ask for the lock, and wait until the server has queued the request. */
	private CompletableFuture<LockResult> queue(long lease) {
		long before = queued();
		CompletableFuture<LockResult> waiting = this.locks.lock(key("lock"), lease).async();
		await().atMost(SOON).until(() -> queued() == before + 1);
		assertThat(waiting).isNotDone();
		return waiting;
	}

	private long queued() {
		return this.kv.get(KeyRange.prefix(key("lock/"))).countOnly().sync().count();
	}

	@Test
	void lockIsAKeyOnTheLease() {
		LockResult lock = lock(this.lease);
		assertThat(lock.key().asUtf8()).isEqualTo(key("lock/") + Long.toHexString(this.lease));
		assertThat(lock.header().memberId()).isNotZero();
		KeyValue found = this.kv.get(lock.key()).sync().first().orElseThrow();
		assertThat(found.lease()).isEqualTo(this.lease);
		assertThat(found.value()).isEqualTo(Bytes.EMPTY);
		assertThat(found.createRevision()).isLessThanOrEqualTo(lock.header().revision());
		assertThat(this.locks.unlock(lock.key()).sync().revision()).isGreaterThan(found.createRevision());
		assertThat(queued()).isZero();
		this.etcd.leases().revoke(this.lease).sync();
	}

	@Test
	void sameLeaseGetsTheSameLockAgain() {
		Bytes key = lock(this.lease).key();
		assertThat(lock(this.lease).key()).isEqualTo(key);
		assertThat(queued()).isEqualTo(1);
		assertThat(this.kv.get(key).sync().first().orElseThrow().version()).isEqualTo(1);
		this.etcd.leases().revoke(this.lease).sync();
	}

	@Test
	void secondUnlockSucceeds() {
		Bytes key = lock(this.lease).key();
		long first = this.locks.unlock(key).sync().revision();
		assertThat(this.locks.unlock(key).sync().revision()).isEqualTo(first);
		this.etcd.leases().revoke(this.lease).sync();
	}

	@Test
	void lockIsHandedOnInTheOrderOfAsking() {
		long third = grant();
		Bytes first = lock(this.lease).key();
		CompletableFuture<LockResult> second = queue(this.other);
		CompletableFuture<LockResult> last = queue(third);
		this.locks.unlock(first).sync();
		assertThat(second).succeedsWithin(SOON);
		assertThat(last).isNotDone();
		assertThat(queued()).isEqualTo(2);
		this.locks.unlock(second.join().key()).sync();
		assertThat(last).succeedsWithin(SOON);
		this.etcd.leases().revoke(third).sync();
		this.etcd.leases().revoke(this.lease).sync();
	}

	@Test
	void endOfTheLeaseReleasesTheLock() {
		lock(this.lease);
		CompletableFuture<LockResult> waiting = queue(this.other);
		this.etcd.leases().revoke(this.lease).sync();
		assertThat(waiting).succeedsWithin(SOON);
		assertThat(waiting.join().key().asUtf8()).endsWith("/" + Long.toHexString(this.other));
	}

	@Test
	@BeforeEtcd(value = "3.5.0", reason = "newer servers look whether the lease is still there")
	void waiterWhoseLeaseEndsIsToldThatItHasTheLockByOldServers() {
		Bytes key = lock(this.lease).key();
		CompletableFuture<LockResult> waiting = queue(this.other);
		this.etcd.leases().revoke(this.other).sync();
		this.other = grant();
		this.locks.unlock(key).sync();
		assertThat(waiting).succeedsWithin(SOON);
		// What is guarded by the key is safe all the same.
		assertThat(this.kv.txn()
			.when(Compare.exists(waiting.join().key()))
			.then(Op.put(key("report"), "1"))
			.sync()
			.succeeded()).isFalse();
		this.etcd.leases().revoke(this.lease).sync();
	}

	@Test
	@SinceEtcd(value = "3.5.0", reason = "older servers do not look whether the lease is still there")
	void waiterWhoseLeaseEndsDoesNotGetTheLock() {
		Bytes key = lock(this.lease).key();
		CompletableFuture<LockResult> waiting = queue(this.other);
		this.etcd.leases().revoke(this.other).sync();
		this.other = grant();
		this.locks.unlock(key).sync();
		assertThat(waiting).failsWithin(SOON)
			.withThrowableThat()
			.havingCause()
			.isInstanceOfSatisfying(EtcdException.class, (ex) -> {
				assertThat(ex.reason()).isEqualTo(Reason.SESSION_EXPIRED);
				assertThat(ex.operation()).isEqualTo("lock");
				assertThat(ex.isRetryable()).isFalse();
			});
		assertThat(queued()).isZero();
		this.etcd.leases().revoke(this.lease).sync();
	}

	@Test
	void cancelledWaiterLeavesTheQueue() {
		long third = grant();
		Bytes first = lock(this.lease).key();
		CompletableFuture<LockResult> cancelled = queue(this.other);
		CompletableFuture<LockResult> next = queue(third);
		cancelled.cancel(true);
		await().atMost(SOON).until(() -> queued() == 2);
		assertThat(next).isNotDone();
		this.locks.unlock(first).sync();
		assertThat(next).succeedsWithin(SOON);
		assertThat(queued()).isEqualTo(1);
		this.etcd.leases().revoke(third).sync();
		this.etcd.leases().revoke(this.lease).sync();
	}

	@Test
	void waiterOfAClosedClientLeavesTheQueue() {
		lock(this.lease);
		CompletableFuture<LockResult> waiting;
		try (EtcdClient client = newClient().build()) {
			waiting = client.lockService().lock(key("lock"), this.other).async();
			await().atMost(SOON).until(() -> queued() == 2);
		}
		assertThat(waiting).failsWithin(SOON).withThrowableThat().withCauseInstanceOf(ClientClosedException.class);
		await().atMost(SOON).until(() -> queued() == 1);
		this.etcd.leases().revoke(this.lease).sync();
	}

	@Test
	void leaseThatDoesNotExistIsReported() {
		this.etcd.leases().revoke(this.lease).sync();
		assertRefused(this.locks.lock(key("lock"), this.lease), LeaseNotFoundException.class, Reason.LEASE_NOT_FOUND);
		assertThat(queued()).isZero();
	}

	@Test
	void locksWhoseNamesBeginAlikeAreDifferent() {
		lock(this.lease);
		assertThat(this.locks.lock(key("lock2"), this.other).timeout(SOON).sync().key().asUtf8())
			.startsWith(key("lock2/"));
		// Below the first one's keys, and nevertheless another lock.
		assertThat(this.locks.lock(key("loc"), this.other).timeout(SOON).sync().key().asUtf8()).startsWith(key("loc/"));
		this.etcd.leases().revoke(this.lease).sync();
	}

	@Test
	void nameMayBeAnyBytes() {
		Bytes name = key(bytes(0xFF, 0, 0x80));
		Bytes key = this.locks.lock(name, this.lease).timeout(SOON).sync().key();
		assertThat(key).isEqualTo(name.concat(Bytes.utf8("/" + Long.toHexString(this.lease))));
		this.locks.unlock(key).sync();
		assertThat(this.kv.get(key).sync().count()).isZero();
		this.etcd.leases().revoke(this.lease).sync();
	}

	@Test
	void namespaceIsPutBeforeTheNameAndTakenOffTheKey() {
		try (EtcdClient client = newClient().namespace(this.prefix).build()) {
			LockResult lock = client.lockService().lock("lock", this.lease).timeout(SOON).sync();
			assertThat(lock.key().asUtf8()).isEqualTo("lock/" + Long.toHexString(this.lease));
			assertThat(client.kv().get(lock.key()).sync().count()).isEqualTo(1);
			CompletableFuture<LockResult> outside = queue(this.other);
			client.lockService().unlock(lock.key()).sync();
			assertThat(outside).succeedsWithin(SOON);
		}
		this.etcd.leases().revoke(this.lease).sync();
	}

	@Test
	void argumentsAreChecked() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.locks.lock("l", 0))
			.withMessageContaining("'leaseId'")
			.withMessageContaining("grant a lease");
		for (Runnable call : List.<Runnable>of(() -> this.locks.lock("", this.lease),
				() -> this.locks.unlock(Bytes.EMPTY))) {
			assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining("must not be empty");
		}
		this.etcd.leases().revoke(this.lease).sync();
	}

}
