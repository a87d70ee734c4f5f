/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;

import io.grpc.Status;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.lease.LeaseLoss.Cause;
import io.github.etcdspring.client.transport.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of keepalives when their stream breaks.
 */
class KeepAliveStreamTests extends KeepAliveFixture {

	private final RecordedEvents events = new RecordedEvents();

	@Test
	void allLeasesAreRenewedAfterAReconnect() {
		KeepAlive idle = openAnswered(7, 9, this.events);
		KeepAlive waiting = leases().keepAlive(8).open();
		renewal(stream(1), 2);
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		assertThat(new long[] { renewal(stream(2), 1), renewal(stream(2), 2) }).containsExactlyInAnyOrder(7, 8);
		answer(stream(2), 7, 9);
		answer(stream(2), 8, 9);
		assertThat(waiting.ready()).succeedsWithin(seconds(20));
		this.events.expect("renewed 9", "renewed 9");
		assertThat(idle.state()).isEqualTo(LeaseState.ALIVE);
	}

	@Test
	void streamThatTheServerCompletesIsOpenedAgain() {
		openAnswered(7, 9, this.events);
		stream(1).complete();
		assertThat(renewal(stream(2), 1)).isEqualTo(7);
	}

	@Test
	void leaseThatExpiredWhileTheProcessWasPausedIsNotRenewedOnANewStream() {
		KeepAlive paused = openAnswered(7, 9, this.events);
		KeepAlive longer = openAnswered(8, 60, new RecordedEvents());
		this.timer.pause(seconds(9));
		// Before any timer runs.
		stream(1).complete();
		assertThat(renewal(stream(2), 1)).isEqualTo(8);
		this.events.expect("renewed 9", "lost EXPIRED");
		answer(stream(2), 8, 60);
		advance(0.1);
		assertThat(renewals(stream(2))).isEqualTo(1);
		assertThat(lossOf(paused)).isEqualTo(Cause.EXPIRED);
		assertThat(longer.state()).isEqualTo(LeaseState.ALIVE);
	}

	@Test
	void missingLeaderIsNoAttempt() {
		this.client = settings().maxRetries(0).open();
		KeepAlive alive = openAnswered(7, 60, this.events);
		stream(1).fail(Status.Code.UNAVAILABLE, "etcdserver: no leader");
		for (int i = 2; i < 5; i++) {
			renewal(stream(i), 1);
			stream(i).fail(Status.Code.UNAVAILABLE, "etcdserver: no leader");
			int next = i + 1;
			await().until(() -> {
				advance(0.1);
				return this.server.streams(METHOD).size() >= next;
			});
		}
		assertThat(alive.state().isLost()).isFalse();
	}

	@Test
	void eachKeepaliveHasItsOwnNumberOfAttempts() {
		KeepAlive none = openAnswered(7, 60, this.events);
		none.close();
		RecordedEvents first = new RecordedEvents();
		RecordedEvents second = new RecordedEvents();
		KeepAlive brittle = leases().keepAlive(7).maxRetries(0).open(first);
		KeepAlive tough = leases().keepAlive(7).maxRetries(-1).open(second);
		renewal(stream(2), 1);
		answer(stream(2), 7, 60);
		first.expect("renewed 60");
		stream(2).fail(Status.Code.UNAVAILABLE, "gone");
		first.expect("renewed 60", "lost FAILED");
		assertThat(lossOf(brittle)).isEqualTo(Cause.FAILED);
		assertThat(failureOf(brittle).reason()).isEqualTo(Reason.CONNECTION_LOST);
		for (int i = 3; i < 10; i++) {
			int now = i;
			await().until(() -> {
				advance(0.5);
				return this.server.streams(METHOD).size() >= now;
			});
			stream(i).fail(Status.Code.UNAVAILABLE, "gone");
		}
		assertThat(tough.state().isLost()).isFalse();
	}

	@Test
	void attemptsBeforeOnesTimeDoNotCount() {
		this.server.onStream(METHOD, (stream) -> stream.fail(Status.Code.UNAVAILABLE, "gone"));
		KeepAlive early = leases().keepAlive(7).maxRetries(-1).open();
		for (int i = 1; i < 5; i++) {
			int now = i;
			await().until(() -> {
				advance(0.5);
				return this.server.streams(METHOD).size() >= now;
			});
		}
		int before = this.server.streams(METHOD).size();
		KeepAlive late = leases().keepAlive(8).maxRetries(2).open();
		await().until(() -> {
			advance(0.5);
			return late.state().isLost();
		});
		assertThat(lossOf(late)).isEqualTo(Cause.FAILED);
		assertThat(this.server.streams(METHOD).size() - before).isBetween(2, 4);
		assertThat(late.ready()).failsWithin(seconds(20));
		assertThat(early.state()).isEqualTo(LeaseState.SUSPECT);
	}

	@Test
	void deniedPermissionEndsAfterOneNewToken() {
		this.client = settings().credentials("user", "secret").open();
		this.server.onStream(METHOD,
				(stream) -> stream.fail(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"));
		KeepAlive alive = leases().keepAlive(7).open(this.events);
		this.events.expect("lost FAILED");
		assertThat(failureOf(alive)).isInstanceOf(PermissionDeniedException.class);
		assertThat(this.server.streams(METHOD)).hasSize(2);
		assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isEqualTo(2);
		assertThat(stream(2).header("token")).isEqualTo("token-2");
		// Another keepalive may have better luck.
		this.server.onStream(METHOD);
		leases().keepAlive(7).open();
		renewal(stream(3), 1);
	}

	@Test
	void newTokenMayHelpAgainstDeniedPermission() {
		this.client = settings().credentials("user", "secret").open();
		this.server.onStream(METHOD,
				(stream) -> stream.fail(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"),
				(stream) -> answer(stream, renewal(stream, 1), 9));
		assertThat(leases().keepAlive(7).open().ready()).succeedsWithin(seconds(20));
	}

	@Test
	void closedClientLosesAll() {
		KeepAlive alive = openAnswered(7, 9, this.events);
		KeepAlive waiting = leases().keepAlive(8).open();
		client().close();
		this.events.expect("renewed 9", "lost CLOSED");
		assertThat(lossOf(alive)).isEqualTo(Cause.CLOSED);
		assertThat(failureOf(alive)).isInstanceOf(ClientClosedException.class);
		assertThat(waiting.ready()).failsWithin(seconds(20))
			.withThrowableThat()
			.withCauseInstanceOf(ClientClosedException.class);
		assertThat(lossOf(leases().keepAlive(9).open())).isEqualTo(Cause.CLOSED);
	}

	@Test
	void listenerMayCloseTheClient() {
		RecordedEvents closing = new RecordedEvents() {
			@Override
			public void onRenewed(Duration ttl) {
				super.onRenewed(ttl);
				client().close();
			}
		};
		leases().keepAlive(7).open(closing);
		renewal(stream(1), 1);
		answer(stream(1), 7, 9);
		closing.expect("renewed 9", "lost CLOSED");
	}

	@Test
	void expiryNamesTheTroubleOfTheStream() {
		KeepAlive alive = leases().keepAlive(7).maxRetries(-1).open(this.events);
		renewal(stream(1), 1);
		answer(stream(1), 7, 9);
		this.events.expect("renewed 9");
		this.server.onStream(METHOD, (stream) -> stream.fail(Status.Code.UNAVAILABLE, "the reason why"));
		stream(1).fail(Status.Code.UNAVAILABLE, "the reason why");
		await().until(() -> {
			advance(0.5);
			return alive.state().isLost();
		});
		assertThat(lossOf(alive)).isEqualTo(Cause.EXPIRED);
		assertThat(failureOf(alive)).hasMessageContaining("the reason why");
		await().untilAsserted(() -> assertThat(this.events.events()).endsWith("lost EXPIRED"));
	}

}
