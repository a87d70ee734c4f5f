/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.lease;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.embedded.time.EtcdClock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(30)
class LessorTests {

	private final EtcdClock clock = EtcdClock.manual();

	private final List<Long> expired = new ArrayList<>();

	private boolean revoking = true;

	private final Lessor lessor = new Lessor(this.clock, this::expire);

	private void expire(long id) {
		this.expired.add(id);
		if (this.revoking && this.lessor.exists(id)) {
			this.lessor.revoke(id);
		}
	}

	@Test
	void grantKeepsTheChosenId() {
		assertThat(this.lessor.grant(7, 10)).isEqualTo(new Lease(7, 10, 10));
		assertThat(this.lessor.grant(Long.MIN_VALUE, 10).id()).isEqualTo(Long.MIN_VALUE);
	}

	@Test
	void grantChoosesAPositiveIdForZero() {
		long first = this.lessor.grant(0, 10).id();
		long second = this.lessor.grant(0, 10).id();
		assertThat(first).isPositive();
		assertThat(second).isPositive().isNotEqualTo(first);
	}

	@Test
	void grantRaisesSmallTimesToTheMinimum() {
		assertThat(this.lessor.grant(1, 1).grantedTtl()).isEqualTo(2);
		assertThat(this.lessor.grant(2, 0).grantedTtl()).isEqualTo(2);
		assertThat(this.lessor.grant(3, -5).grantedTtl()).isEqualTo(2);
		assertThat(this.lessor.grant(4, 3).grantedTtl()).isEqualTo(3);
	}

	@Test
	void grantRefusesAUsedIdAndATooLongTime() {
		this.lessor.grant(7, 10);
		assertRefused(() -> this.lessor.grant(7, 20), Status.Code.FAILED_PRECONDITION,
				"etcdserver: lease already exists");
		assertRefused(() -> this.lessor.grant(8, 9_000_000_001L), Status.Code.OUT_OF_RANGE,
				"etcdserver: too large lease TTL");
		assertThat(this.lessor.grant(9, 9_000_000_000L).remainingTtl()).isEqualTo(9_000_000_000L);
	}

	@Test
	void theLongestLeaseOutlivesAClockNearItsEnd() {
		this.clock.advance(Duration.ofDays(100 * 365));
		this.lessor.grant(9, 9_000_000_000L);
		this.clock.advance(Duration.ofDays(100 * 365));
		assertThat(this.expired).isEmpty();
	}

	@Test
	void leasesRunOutInOrderAndInTimeBeforeAdvanceReturns() {
		this.lessor.grant(1, 30);
		this.lessor.grant(2, 10);
		this.lessor.grant(3, 20);
		this.lessor.grant(4, 10);
		this.clock.advance(Duration.ofSeconds(10).minusNanos(1));
		assertThat(this.expired).isEmpty();
		this.clock.advance(Duration.ofNanos(1));
		assertThat(this.expired).containsExactly(2L, 4L);
		this.clock.advance(Duration.ofSeconds(60));
		assertThat(this.expired).containsExactly(2L, 4L, 3L, 1L);
		assertThat(this.lessor.list()).isEmpty();
	}

	@Test
	void renewStartsTheTimeAgain() {
		this.lessor.grant(1, 10);
		this.clock.advance(Duration.ofSeconds(8));
		assertThat(this.lessor.find(1)).hasValue(new Lease(1, 10, 2));
		assertThat(this.lessor.renew(1)).isEqualTo(10);
		assertThat(this.lessor.find(1)).hasValue(new Lease(1, 10, 10));
		this.clock.advance(Duration.ofSeconds(9));
		assertThat(this.expired).isEmpty();
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.expired).containsExactly(1L);
	}

	@Test
	void remainingTimeIsRoundedDown() {
		this.lessor.grant(1, 60);
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.lessor.find(1)).hasValue(new Lease(1, 60, 59));
	}

	@Test
	void renewOfALeaseThatRanOutRevokesIt() {
		this.revoking = false;
		this.lessor.grant(1, 10);
		this.clock.advance(Duration.ofSeconds(10));
		assertThat(this.lessor.find(1)).hasValue(new Lease(1, 10, 0));
		this.revoking = true;
		assertNotFound(() -> this.lessor.renew(1));
		assertThat(this.expired).containsExactly(1L, 1L);
		assertThat(this.lessor.exists(1)).isFalse();
	}

	@Test
	void leaseThatNobodyRevokedIsOfferedAgainThreeSecondsLater() {
		this.revoking = false;
		this.lessor.grant(1, 10);
		this.lessor.grant(2, 10);
		this.clock.advance(Duration.ofSeconds(10));
		assertThat(this.expired).containsExactly(1L, 2L);
		this.clock.advance(Duration.ofSeconds(2));
		assertThat(this.expired).hasSize(2);
		this.revoking = true;
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.expired).containsExactly(1L, 2L, 1L, 2L);
		this.clock.advance(Duration.ofSeconds(10));
		assertThat(this.expired).hasSize(4);
	}

	@Test
	void unknownLeasesAreNotFound() {
		assertNotFound(() -> this.lessor.revoke(1));
		assertNotFound(() -> this.lessor.renew(1));
		assertNotFound(() -> this.lessor.attach(key("a"), 1));
		assertThat(this.lessor.find(1)).isEmpty();
		assertThat(this.lessor.keys(1)).isEmpty();
		assertThat(this.lessor.exists(1)).isFalse();
	}

	@Test
	void revokeHandsBackTheKeysInByteOrder() {
		this.lessor.grant(1, 10);
		ByteString high = ByteString.copyFrom(new byte[] { (byte) 0x80 });
		for (ByteString key : List.of(high, key("b"), key("a"), key("ab"), key("c"))) {
			this.lessor.attach(key, 1);
		}
		this.lessor.detach(key("c"), 1);
		assertThat(this.lessor.keys(1)).containsExactly(key("a"), key("ab"), key("b"), high);
		assertThat(this.lessor.revoke(1)).containsExactly(key("a"), key("ab"), key("b"), high);
		this.lessor.detach(key("a"), 1);
		this.lessor.grant(1, 10);
		assertThat(this.lessor.keys(1)).isEmpty();
		this.clock.advance(Duration.ofSeconds(9));
		assertThat(this.expired).isEmpty();
	}

	@Test
	void listIsInOrderOfExpiry() {
		this.lessor.grant(1, 30);
		this.lessor.grant(2, 10);
		this.lessor.grant(3, 20);
		assertThat(this.lessor.list()).extracting(Lease::id).containsExactly(2L, 3L, 1L);
	}

	@Test
	void pausedLeasesDoNotRunOutAndStartAgainWhenResumed() {
		this.lessor.grant(1, 10);
		this.clock.advance(Duration.ofSeconds(9));
		this.lessor.pause();
		this.clock.advance(Duration.ofSeconds(100));
		assertThat(this.expired).isEmpty();
		this.lessor.resume();
		this.clock.advance(Duration.ofSeconds(9));
		assertThat(this.expired).isEmpty();
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.expired).containsExactly(1L);
	}

	@Test
	void closedLessorLetsNothingRunOut() {
		this.lessor.grant(1, 10);
		this.lessor.close();
		this.clock.advance(Duration.ofSeconds(100));
		assertThat(this.expired).isEmpty();
	}

	@Test
	void fiftyThousandLeasesAreCheap() {
		long start = System.nanoTime();
		for (int i = 1; i <= 50_000; i++) {
			this.lessor.grant(i, 10 + i % 100);
		}
		for (int round = 0; round < 5; round++) {
			this.clock.advance(Duration.ofSeconds(2));
			for (int i = 1; i <= 50_000; i++) {
				this.lessor.renew(i);
			}
		}
		assertThat(this.expired).isEmpty();
		this.clock.advance(Duration.ofSeconds(200));
		assertThat(this.expired).hasSize(50_000);
		assertThat(this.lessor.list()).isEmpty();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
	}

	private static void assertNotFound(ThrowingCallable call) {
		assertRefused(call, Status.Code.NOT_FOUND, "etcdserver: requested lease not found");
	}

	private static void assertRefused(ThrowingCallable call, Status.Code code, String text) {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(call).satisfies((ex) -> {
			assertThat(ex.getStatus().getCode()).isEqualTo(code);
			assertThat(ex.getStatus().getDescription()).isEqualTo(text);
		});
	}

	private static ByteString key(String key) {
		return ByteString.copyFromUtf8(key);
	}

}
