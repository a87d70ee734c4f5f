/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.LeaseNotFoundException;
import io.github.etcdspring.client.lease.LeaseLoss.Cause;
import io.github.etcdspring.client.lease.LeaseState.Condition;
import io.github.etcdspring.client.transport.ScriptedStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * When leases are renewed, and what is said of them meanwhile.
 */
class KeepAliveTests extends KeepAliveFixture {

	private final RecordedEvents events = new RecordedEvents();

	@Test
	void argumentsAreChecked() {
		assertThatIllegalArgumentException().isThrownBy(() -> leases().keepAlive(0)).withMessageContaining("'id'");
		assertThatIllegalArgumentException().isThrownBy(() -> leases().keepAliveOnce(0)).withMessageContaining("'id'");
		assertThatIllegalArgumentException().isThrownBy(() -> leases().keepAlive(1).maxRetries(-2))
			.withMessageContaining("'maxRetries'")
			.withMessageContaining("-2");
		assertThatIllegalArgumentException().isThrownBy(() -> leases().keepAlive(1).grantedAt(0, Duration.ZERO))
			.withMessageContaining("'ttl'");
	}

	@Test
	void nothingIsKnownBeforeTheFirstAnswer() {
		KeepAlive alive = leases().keepAlive(7).open(this.events);
		assertThat(alive.leaseId()).isEqualTo(7);
		assertThat(alive.state()).isEqualTo(LeaseState.SUSPECT);
		assertThat(alive.ttl()).isEmpty();
		assertThat(alive.ready()).isNotDone();
		assertThat(renewal(stream(1), 1)).isEqualTo(7);
		assertThat(stream(1).header("hasleader")).isEqualTo("true");
		answer(stream(1), 7, 9);
		assertThat(alive.ready()).succeedsWithin(seconds(20)).isEqualTo(Duration.ofSeconds(9));
		assertThat(alive.state()).isEqualTo(LeaseState.ALIVE);
		assertThat(alive.ttl()).contains(Duration.ofSeconds(9));
		this.events.expect("renewed 9");
	}

	@Test
	void renewalFollowsAThirdOfTheTimeToLiveAfterTheSending() {
		leases().keepAlive(7).open(this.events);
		renewal(stream(1), 1);
		advance(0.4);
		answer(stream(1), 7, 9);
		this.events.expect("renewed 9");
		advance(2.599);
		assertThat(renewals(stream(1))).isEqualTo(1);
		advance(0.001);
		assertThat(renewal(stream(1), 2)).isEqualTo(7);
		// The server's answer counts, whatever was asked for.
		answer(stream(1), 7, 30);
		this.events.expect("renewed 9", "renewed 30");
		advance(9.999);
		assertThat(renewals(stream(1))).isEqualTo(2);
		advance(0.001);
		renewal(stream(1), 3);
	}

	@Test
	void oneRenewalIsInFlight() {
		openAnswered(7, 9, this.events);
		advance(3);
		renewal(stream(1), 2);
		advance(5.5);
		assertThat(renewals(stream(1))).isEqualTo(2);
	}

	@Test
	void silenceMakesTheLeaseSuspectAndLostExactlyAtItsDeadline() {
		leases().keepAlive(1000).open();
		KeepAlive alive = leases().keepAlive(7).open(this.events);
		renewal(stream(1), 2);
		advance(0.5);
		answer(stream(1), 7, 9);
		this.events.expect("renewed 9");
		advance(5.499);
		assertThat(alive.state()).isEqualTo(LeaseState.ALIVE);
		advance(0.001);
		assertThat(alive.state()).isEqualTo(LeaseState.SUSPECT);
		this.events.expect("renewed 9", "suspect");
		advance(2.999);
		assertThat(alive.state()).isEqualTo(LeaseState.SUSPECT);
		advance(0.001);
		assertThat(lossOf(alive)).isEqualTo(Cause.EXPIRED);
		assertThat(failureOf(alive)).isInstanceOf(EtcdTimeoutException.class)
			.hasMessageContaining("lease 7 ")
			.hasMessageContaining("9 s");
		this.events.expect("renewed 9", "suspect", "lost EXPIRED");
		answer(stream(1), 7, 9);
		answer(stream(1), 1000, 60);
		advance(1);
		assertThat(lossOf(alive)).isEqualTo(Cause.EXPIRED);
		this.events.expect("renewed 9", "suspect", "lost EXPIRED");
	}

	@Test
	void stateIsTheTruthWhileNothingRuns() {
		KeepAlive alive = openAnswered(7, 9, this.events);
		this.events.expect("renewed 9");
		this.timer.pause(seconds(6));
		assertThat(alive.state()).isEqualTo(LeaseState.SUSPECT);
		this.timer.pause(seconds(3));
		assertThat(alive.state().condition()).isEqualTo(Condition.LOST);
		assertThat(lossOf(alive)).isEqualTo(Cause.EXPIRED);
		this.events.expect("renewed 9", "lost EXPIRED");
		// Of the timers that come to it now, none renews what was reported as lost.
		advance(0.1);
		assertThat(stream(1).cancelled()).succeedsWithin(seconds(20));
		assertThat(renewals(stream(1))).isEqualTo(1);
	}

	@Test
	void pauseOfTheProcessIsNoticedBeforeAnythingIsRenewed() {
		KeepAlive alive = openAnswered(7, 9, this.events);
		leases().keepAlive(8).open();
		renewal(stream(1), 2);
		this.timer.pause(seconds(9));
		advance(0);
		this.events.expect("renewed 9", "lost EXPIRED");
		assertThat(lossOf(alive)).isEqualTo(Cause.EXPIRED);
		assertThat(renewals(stream(1))).isEqualTo(2);
	}

	@Test
	void answerThatComesAfterTheDeadlineRenewsNothing() {
		KeepAlive alive = openAnswered(7, 9, this.events);
		leases().keepAlive(8).open();
		renewal(stream(1), 2);
		advance(3);
		renewal(stream(1), 3);
		this.timer.pause(seconds(6));
		answer(stream(1), 7, 9);
		this.events.expect("renewed 9", "lost EXPIRED");
		assertThat(lossOf(alive)).isEqualTo(Cause.EXPIRED);
	}

	@Test
	void firstAnswerThatIsOlderThanItsTimeToLiveIsAskedForAgain() {
		KeepAlive alive = leases().keepAlive(7).open(this.events);
		renewal(stream(1), 1);
		this.timer.pause(seconds(9));
		answer(stream(1), 7, 9);
		renewal(stream(1), 2);
		assertThat(alive.state()).isEqualTo(LeaseState.SUSPECT);
		answer(stream(1), 7, 9);
		this.events.expect("renewed 9");
	}

	@Test
	void answerEndsTheDoubt() {
		KeepAlive alive = openAnswered(7, 9, this.events);
		advance(6.5);
		this.events.expect("renewed 9", "suspect");
		answer(stream(1), 7, 9);
		this.events.expect("renewed 9", "suspect", "alive", "renewed 9");
		assertThat(alive.state()).isEqualTo(LeaseState.ALIVE);
		// 3 s of that answer's time had passed before it came.
		advance(2.499);
		assertThat(alive.state()).isEqualTo(LeaseState.ALIVE);
	}

	@Test
	void machineThatSleptIsInDoubtUntilAnAnswerComes() {
		KeepAlive alive = openAnswered(7, 9, this.events);
		this.timer.sleep(seconds(8.9));
		assertThat(alive.state()).isEqualTo(LeaseState.ALIVE);
		this.timer.sleep(seconds(0.1));
		assertThat(alive.state()).isEqualTo(LeaseState.SUSPECT);
		this.timer.sleep(seconds(-9));
		assertThat(alive.state()).isEqualTo(LeaseState.SUSPECT);
		this.timer.sleep(seconds(9));
		advance(1);
		this.events.expect("renewed 9", "suspect");
		renewal(stream(1), 2);
		answer(stream(1), 7, 9);
		this.events.expect("renewed 9", "suspect", "alive", "renewed 9");
		assertThat(alive.state()).isEqualTo(LeaseState.ALIVE);
	}

	@Test
	void answerFromBeforeTheSleepEndsNoDoubt() {
		KeepAlive alive = openAnswered(7, 9, this.events);
		advance(3);
		renewal(stream(1), 2);
		this.timer.sleep(seconds(20));
		answer(stream(1), 7, 9);
		renewal(stream(1), 3);
		assertThat(alive.state()).isEqualTo(LeaseState.SUSPECT);
		answer(stream(1), 7, 9);
		awaitCondition(alive, Condition.ALIVE);
	}

	@Test
	void leaseThatTheServerDoesNotKnowIsLostAndOthersAreNot() {
		RecordedEvents others = new RecordedEvents();
		KeepAlive alive = openAnswered(7, 9, this.events);
		KeepAlive other = openAnswered(8, 9, others);
		advance(3);
		renewal(stream(1), 4);
		answer(stream(1), 7, 0);
		answer(stream(1), 8, 9);
		this.events.expect("renewed 9", "lost NOT_FOUND");
		others.expect("renewed 9", "renewed 9");
		assertThat(failureOf(alive)).isInstanceOf(LeaseNotFoundException.class).hasMessageContaining("lease 7");
		assertThat(other.state()).isEqualTo(LeaseState.ALIVE);
		advance(3);
		assertThat(renewal(stream(1), 5)).isEqualTo(8);
		assertThat(renewals(stream(1))).isEqualTo(5);
	}

	@Test
	void leaseThatWasNeverThereFailsReady() {
		KeepAlive alive = leases().keepAlive(7).open();
		renewal(stream(1), 1);
		answer(stream(1), 7, 0);
		assertThat(alive.ready()).failsWithin(seconds(20))
			.withThrowableThat()
			.withCauseInstanceOf(LeaseNotFoundException.class);
		assertThat(lossOf(alive)).isEqualTo(Cause.NOT_FOUND);
		assertThat(stream(1).cancelled()).succeedsWithin(seconds(20));
	}

	@Test
	void keepalivesOfALeaseShareItsRenewalsAndEndForThemselves() {
		RecordedEvents others = new RecordedEvents();
		KeepAlive one = openAnswered(7, 9, this.events);
		// What a listener is late for it is told as one.
		this.events.expect("renewed 9");
		KeepAlive other = leases().keepAlive(7).open(others);
		assertThat(other.state()).isEqualTo(LeaseState.ALIVE);
		renewal(stream(1), 2);
		answer(stream(1), 7, 9);
		assertThat(other.ready()).succeedsWithin(seconds(20));
		others.expect("renewed 9");
		// Whoever has closed is told nothing that is still under way.
		this.events.expect("renewed 9", "renewed 9");
		advance(3);
		renewal(stream(1), 3);
		assertThat(renewals(stream(1))).isEqualTo(3);
		one.close();
		answer(stream(1), 7, 9);
		others.expect("renewed 9", "renewed 9");
		assertThat(lossOf(one)).isEqualTo(Cause.CLOSED);
		assertThat(other.state()).isEqualTo(LeaseState.ALIVE);
		other.close();
		assertThat(stream(1).cancelled()).succeedsWithin(seconds(20));
		assertThat(this.events.events()).hasSize(2);
		assertThat(others.events()).hasSize(2);
	}

	@Test
	void answerToAnEarlierKeepaliveIsNotTakenForOnesOwn() {
		leases().keepAlive(8).open();
		KeepAlive first = leases().keepAlive(7).open();
		renewal(stream(1), 2);
		first.close();
		advance(1);
		KeepAlive second = leases().keepAlive(7).open(this.events);
		// Perhaps the lease was granted in between.
		answer(stream(1), 7, 0);
		renewal(stream(1), 3);
		assertThat(second.ready()).isNotDone();
		answer(stream(1), 7, 9);
		this.events.expect("renewed 9");
	}

	@Test
	void streamIsOpenedAnewAfterItsLastUser() {
		openAnswered(7, 9, this.events).close();
		assertThat(stream(1).cancelled()).succeedsWithin(seconds(20));
		leases().keepAlive(7).open();
		assertThat(renewal(stream(2), 1)).isEqualTo(7);
	}

	@Test
	void closedBeforeReadyCancelsIt() {
		KeepAlive alive = leases().keepAlive(7).open(this.events);
		alive.close();
		alive.close();
		await().untilAsserted(() -> assertThat(alive.ready()).isCompletedExceptionally());
		assertThat(lossOf(alive)).isEqualTo(Cause.CLOSED);
		assertThat(this.events.events()).isEmpty();
	}

	@Test
	void grantedLeaseLivesFromTheStart() {
		openAnswered(8, 60, new RecordedEvents());
		long sentAt = this.timer.nanoTime();
		advance(1);
		KeepAlive alive = leases().keepAlive(7).grantedAt(sentAt, Duration.ofSeconds(9)).open(this.events);
		assertThat(alive.state()).isEqualTo(LeaseState.ALIVE);
		assertThat(alive.ready()).isCompletedWithValue(Duration.ofSeconds(9));
		advance(1.999);
		assertThat(renewals(stream(1))).isEqualTo(1);
		advance(0.001);
		assertThat(renewal(stream(1), 2)).isEqualTo(7);
		advance(6);
		assertThat(lossOf(alive)).isEqualTo(Cause.EXPIRED);
		this.events.expect("suspect", "lost EXPIRED");
	}

	@Test
	void slowListenerIsToldTheNewestAndDelaysNothing() throws InterruptedException {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch leave = new CountDownLatch(1);
		RecordedEvents slow = new RecordedEvents() {
			@Override
			public void onRenewed(Duration ttl) {
				super.onRenewed(ttl);
				entered.countDown();
				try {
					leave.await(20, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
		};
		openAnswered(7, 9, slow);
		assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
		leases().keepAlive(7).open(this.events);
		renewal(stream(1), 2);
		answer(stream(1), 7, 9);
		for (int i = 1; i <= 20; i++) {
			int told = i;
			await().until(() -> this.events.events().size() == told);
			advance(3);
			renewal(stream(1), i + 2);
			answer(stream(1), 7, 9);
		}
		await().until(() -> this.events.events().size() == 21);
		leave.countDown();
		slow.expect("renewed 9", "renewed 9");
	}

	@Test
	void listenerMayThrowAndClose() {
		CompletableFuture<KeepAlive> opened = new CompletableFuture<>();
		RecordedEvents bad = new RecordedEvents() {
			@Override
			public void onRenewed(Duration ttl) {
				super.onRenewed(ttl);
				if (events().size() == 2) {
					opened.join().close();
				}
				throw new IllegalStateException("thrown on purpose");
			}
		};
		opened.complete(openAnswered(7, 9, bad));
		bad.expect("renewed 9");
		advance(3);
		renewal(stream(1), 2);
		answer(stream(1), 7, 9);
		bad.expect("renewed 9", "renewed 9");
		assertThat(stream(1).cancelled()).succeedsWithin(seconds(20));
	}

	@Test
	void urgentRenewalsDoNotWaitBehindThousands() {
		int most = 256;
		LongStream.rangeClosed(1, 1000).forEach((id) -> leases().keepAlive(id).open());
		ScriptedStream stream = stream(1);
		renewal(stream, most);
		LongStream.rangeClosed(1, 400).forEach((id) -> {
			renewal(stream, (int) id);
			answer(stream, id, 3600);
		});
		renewal(stream, 400 + most);
		KeepAlive urgent = leases().keepAlive(2000)
			.grantedAt(this.timer.nanoTime() - seconds(8.5).toNanos(), Duration.ofSeconds(9))
			.open();
		advance(0);
		answer(stream, 401, 3600);
		assertThat(renewal(stream, 401 + most)).isEqualTo(2000);
		assertThat(renewals(stream)).isEqualTo(401 + most);
		assertThat(urgent.state()).isEqualTo(LeaseState.SUSPECT);
	}

	@Test
	void fiftyThousandLeasesAreRenewedInTime() {
		this.server.onStream(METHOD, (stream) -> IntStream.rangeClosed(1, 150_000)
			.forEach((number) -> answer(stream, renewal(stream, number), 3600)));
		KeepAlive[] all = LongStream.rangeClosed(1, 50_000)
			.mapToObj((id) -> leases().keepAlive(id).open())
			.toArray(KeepAlive[]::new);
		for (KeepAlive each : all) {
			assertThat(each.ready()).succeedsWithin(seconds(50));
		}
		assertThat(renewals(stream(1))).isEqualTo(50_000);
		assertThat(all).allMatch((each) -> each.state().isAlive());
	}

}
