/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.SessionLostException;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Locks of sessions.
 */
abstract class SessionLockConformance extends Conformance {

	private static final Duration TTL = Duration.ofSeconds(30);

	private final List<AutoCloseable> opened = new ArrayList<>();

	private Session one;

	private Session two;

	private String name;

	@BeforeEach
	void sessions() {
		this.one = session();
		this.two = session();
		this.name = key("lock");
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

	private long keys() {
		return this.kv.get(KeyRange.prefix(this.name + "/")).countOnly().sync().count();
	}

	@Test
	void lockExcludesOtherSessions() {
		HeldLock held = this.one.lock(this.name).acquire().sync();
		assertThat(held.isHeld()).isTrue();
		assertThat(this.two.lock(this.name).tryAcquire().sync()).isEmpty();
		assertThat(keys()).isOne();
		CompletableFuture<HeldLock> waiting = this.two.lock(this.name).acquire().async();
		await().until(() -> keys() == 2);
		assertThat(waiting).isNotDone();
		held.close();
		assertThat(held.isHeld()).isFalse();
		HeldLock next = waiting.join();
		assertThat(next.isHeld()).isTrue();
		assertThat(next.fencingToken()).isGreaterThan(held.fencingToken());
		next.close();
		assertThat(keys()).isZero();
	}

	@Test
	void keyIsThatOfOtherClients() {
		try (HeldLock held = this.one.lock(this.name).acquire().sync()) {
			assertThat(held.key().asUtf8()).isEqualTo(this.name + "/" + Long.toHexString(this.one.leaseId()));
			assertThat(this.kv.get(held.key()).sync().first()).hasValueSatisfying((found) -> {
				assertThat(found.createRevision()).isEqualTo(held.fencingToken());
				assertThat(found.lease()).isEqualTo(this.one.leaseId());
			});
		}
	}

	@Test
	void sharesItsQueueWithTheLockService() {
		long lease = this.etcd.leases().grant(TTL).sync().id();
		HeldLock held = this.one.lock(this.name).acquire().sync();
		CompletableFuture<?> service = this.etcd.lockService().lock(this.name, lease).async();
		await().until(() -> keys() == 2);
		CompletableFuture<HeldLock> third = this.two.lock(this.name).acquire().async();
		await().until(() -> keys() == 3);
		assertThat(service).isNotDone();
		held.close();
		assertThat(service).succeedsWithin(SOON);
		assertThat(third).isNotDone();
		this.etcd.leases().revoke(lease).sync();
		assertThat(third).succeedsWithin(SOON);
	}

	@Test
	void sessionHasALockAsOftenAsItAcquiresIt() {
		HeldLock first = this.one.lock(this.name).acquire().sync();
		HeldLock second = this.one.lock(this.name).acquire().sync();
		Optional<HeldLock> third = this.one.lock(this.name).tryAcquire().sync();
		assertThat(third).isPresent();
		assertThat(keys()).isOne();
		assertThat(second.fencingToken()).isEqualTo(first.fencingToken());
		first.close();
		first.close();
		third.get().close();
		assertThat(second.isHeld()).isTrue();
		assertThat(this.two.lock(this.name).tryAcquire().sync()).isEmpty();
		second.close();
		assertThat(this.two.lock(this.name).tryAcquire().sync()).isPresent();
	}

	@Test
	void timeoutLeavesTheQueue() {
		try (HeldLock held = this.one.lock(this.name).acquire().sync()) {
			assertThatExceptionOfType(EtcdTimeoutException.class)
				.isThrownBy(() -> this.two.lock(this.name).acquire().timeout(Duration.ofMillis(300)).sync())
				.satisfies((ex) -> {
					assertThat(ex.operation()).isEqualTo("lock");
					assertThat(ex.isRetryable()).isFalse();
				});
			await().until(() -> keys() == 1);
			assertThat(held.isHeld()).isTrue();
		}
		try (HeldLock again = this.two.lock(this.name).acquire().sync()) {
			assertThat(again.isHeld()).isTrue();
		}
	}

	@Test
	void cancellingLeavesTheQueue() {
		try (HeldLock held = this.one.lock(this.name).acquire().sync()) {
			CompletableFuture<HeldLock> waiting = this.two.lock(this.name).acquire().async();
			CompletableFuture<HeldLock> other = this.two.lock(this.name).acquire().async();
			await().until(() -> keys() == 2);
			waiting.cancel(true);
			assertThat(other).isNotDone();
			assertThat(keys()).isEqualTo(2);
			other.cancel(true);
			await().until(() -> keys() == 1);
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void interruptedThreadLeavesTheQueue() throws Exception {
		try (HeldLock held = this.one.lock(this.name).acquire().sync()) {
			CompletableFuture<EtcdException> failure = new CompletableFuture<>();
			Thread thread = new Thread(() -> {
				try {
					this.two.lock(this.name).acquire().sync();
				}
				catch (EtcdException ex) {
					failure.complete(ex);
				}
			});
			thread.start();
			await().until(() -> keys() == 2);
			thread.interrupt();
			assertThat(failure).succeedsWithin(SOON).extracting(EtcdException::reason).isEqualTo(Reason.INTERRUPTED);
			thread.join();
			await().until(() -> keys() == 1);
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void fenceHoldsAsLongAsTheLockDoes() {
		HeldLock held = this.one.lock(this.name).acquire().sync();
		assertThat(this.kv.txn().when(held.fence()).then(Op.put(key("a"), "1")).sync().succeeded()).isTrue();
		held.close();
		assertThat(this.kv.txn().when(held.fence()).then(Op.put(key("a"), "2")).sync().succeeded()).isFalse();
	}

	@Test
	void lostLeaseIsALostLock() {
		HeldLock held = this.one.lock(this.name).acquire().sync();
		CompletableFuture<EtcdException> lost = new CompletableFuture<>();
		held.onLost(lost::complete);
		this.etcd.leases().revoke(this.one.leaseId()).sync();
		assertThat(lost).succeedsWithin(SOON).isInstanceOf(SessionLostException.class);
		assertThat(held.isHeld()).isFalse();
		CompletableFuture<EtcdException> later = new CompletableFuture<>();
		held.onLost(later::complete);
		assertThat(later).succeedsWithin(SOON).isSameAs(lost.join());
		held.close();
		try (HeldLock next = this.two.lock(this.name).acquire().sync()) {
			assertThat(next.isHeld()).isTrue();
		}
	}

	@Test
	void deletedKeyIsALostLock() {
		HeldLock held = this.one.lock(this.name).acquire().sync();
		CompletableFuture<EtcdException> lost = new CompletableFuture<>();
		held.onLost(lost::complete);
		this.kv.delete(held.key()).sync();
		assertThat(lost).succeedsWithin(SOON).extracting(EtcdException::reason).isEqualTo(Reason.SESSION_LOST);
		assertThat(held.isHeld()).isFalse();
		try (HeldLock again = this.one.lock(this.name).acquire().sync()) {
			assertThat(again.fencingToken()).isGreaterThan(held.fencingToken());
		}
		held.close();
	}

	@Test
	void waiterNoticesThatItsOwnSessionIsLost() {
		try (HeldLock held = this.one.lock(this.name).acquire().sync()) {
			Session unlucky = this.etcd.session(NOTICED_SOON).sync();
			CompletableFuture<HeldLock> waiting = unlucky.lock(this.name).acquire().async();
			await().until(() -> keys() == 2);
			this.etcd.leases().revoke(unlucky.leaseId()).sync();
			assertThat(waiting).failsWithin(SOON)
				.withThrowableOfType(java.util.concurrent.ExecutionException.class)
				.withCauseInstanceOf(SessionLostException.class);
			unlucky.close();
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void closingTheSessionEndsEverything() {
		HeldLock held = this.one.lock(this.name).acquire().sync();
		CompletableFuture<HeldLock> waiting = this.two.lock(this.name).acquire().async();
		await().until(() -> keys() == 2);
		this.two.close();
		assertThat(waiting).failsWithin(SOON);
		assertThat(keys()).isOne();
		this.one.close();
		assertThat(held.isHeld()).isFalse();
		assertThat(keys()).isZero();
		assertThatExceptionOfType(SessionLostException.class)
			.isThrownBy(() -> this.one.lock(this.name).acquire().sync());
	}

	@Test
	void futureThatCompletesByItselfLeavesTheQueue() {
		try (HeldLock held = this.one.lock(this.name).acquire().sync()) {
			CompletableFuture<HeldLock> waiting = this.two.lock(this.name).acquire().async();
			await().until(() -> keys() == 2);
			waiting.complete(held);
			await().until(() -> keys() == 1);
		}
	}

	@Test
	void lockIsAcquiredAgainWhereItWasReleased() {
		HeldLock held = this.one.lock(this.name).acquire().sync();
		CompletableFuture<Long> again = held.closeAsync().thenApply((nothing) -> {
			try (HeldLock next = this.one.lock(this.name).acquire().timeout(SOON).sync()) {
				return next.fencingToken();
			}
		});
		assertThat(again).succeedsWithin(SOON)
			.satisfies((token) -> assertThat(token).isGreaterThan(held.fencingToken()));
	}

	@Test
	void whoBlocksWithTheLockHoldsUpNobodyElse() {
		HeldLock held = this.one.lock(this.name).acquire().sync();
		List<CompletableFuture<HeldLock>> waiting = new ArrayList<>();
		CompletableFuture<Void> all = new CompletableFuture<>();
		List<CompletableFuture<Void>> blocked = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			CompletableFuture<HeldLock> each = this.two.lock(this.name).acquire().async();
			waiting.add(each);
			blocked.add(each.thenAccept((lock) -> all.join()));
		}
		await().until(() -> keys() == 2);
		held.close();
		// Whoever waits in get() may have to run what follows, so it is not waited there.
		await().until(() -> waiting.stream().allMatch(CompletableFuture::isDone));
		all.complete(null);
		assertThat(blocked).allSatisfy((each) -> assertThat(each).succeedsWithin(SOON));
		waiting.forEach((each) -> each.join().close());
		assertThat(keys()).isZero();
	}

	@Test
	void otherNamesDoNotInterfere() {
		try (HeldLock outer = this.one.lock(this.name).acquire().sync();
				HeldLock inner = this.two.lock(this.name + "/inner").acquire().timeout(SOON).sync();
				HeldLock binary = this.two.lock(Bytes.copyOf(new byte[] { (byte) 0xFF })).acquire().sync()) {
			assertThat(outer.isHeld()).isTrue();
			assertThat(inner.isHeld()).isTrue();
			assertThat(binary.isHeld()).isTrue();
		}
	}

	@Test
	void oneAtATime() throws Exception {
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		List<Long> tokens = new ArrayList<>();
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			Session session = session();
			threads.add(new Thread(() -> {
				for (int round = 0; round < 10; round++) {
					try (HeldLock held = session.lock(this.name).acquire().sync()) {
						most.accumulateAndGet(inside.incrementAndGet(), Math::max);
						synchronized (tokens) {
							tokens.add(held.fencingToken());
						}
						inside.decrementAndGet();
					}
				}
			}));
		}
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(most).hasValue(1);
		assertThat(tokens).hasSize(80).isSorted().doesNotHaveDuplicates();
		assertThat(keys()).isZero();
	}

}
