/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import io.grpc.Status;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.LeaseNotFoundException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.ReservedPort;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Single renewals.
 */
class KeepAliveOnceTests extends KeepAliveFixture {

	private static EtcdException failure(CompletableFuture<?> call) {
		AtomicReference<Throwable> failure = new AtomicReference<>();
		assertThat(call).failsWithin(seconds(20)).withThrowableThat().satisfies(failure::set);
		assertThat(failure.get()).hasCauseInstanceOf(EtcdException.class);
		return (EtcdException) Objects.requireNonNull(failure.get().getCause());
	}

	@Test
	void renewsOnceAndEndsTheStream() {
		CompletableFuture<LeaseRenewal> call = leases().keepAliveOnce(7).async();
		assertThat(renewal(stream(1), 1)).isEqualTo(7);
		answer(stream(1), 7, 9);
		assertThat(call).succeedsWithin(seconds(20)).satisfies((renewal) -> {
			assertThat(renewal.id()).isEqualTo(7);
			assertThat(renewal.ttl()).isEqualTo(Duration.ofSeconds(9));
		});
		assertThat(stream(1).cancelled()).succeedsWithin(seconds(20));
		advance(9);
		assertThat(this.server.streams(METHOD)).hasSize(1);
	}

	@Test
	void syncWaits() {
		this.server.onStream(METHOD, (stream) -> {
			answer(stream, renewal(stream, 1), 9);
			// The next call comes before the stream is closed, or opens one of its own.
			answer(stream, renewal(stream, 2), 0);
		}, (stream) -> answer(stream, renewal(stream, 1), 0));
		assertThat(leases().keepAliveOnce(7).sync().ttl()).isEqualTo(Duration.ofSeconds(9));
		assertThatExceptionOfType(LeaseNotFoundException.class).isThrownBy(() -> leases().keepAliveOnce(7).sync())
			.satisfies((ex) -> assertThat(ex.endpoint()).isEqualTo(this.server.endpoint()));
	}

	@Test
	void isSentAgainWhenTheStreamBreaks() {
		CompletableFuture<LeaseRenewal> call = leases().keepAliveOnce(7).async();
		renewal(stream(1), 1);
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		renewal(stream(2), 1);
		answer(stream(2), 7, 9);
		assertThat(call).succeedsWithin(seconds(20));
	}

	@Test
	void waitsForARenewalOfItsOwn() {
		openAnswered(7, 9, new RecordedEvents());
		advance(3);
		renewal(stream(1), 2);
		advance(1);
		CompletableFuture<LeaseRenewal> call = leases().keepAliveOnce(7).async();
		answer(stream(1), 7, 9);
		renewal(stream(1), 3);
		assertThat(call).isNotDone();
		answer(stream(1), 7, 10);
		assertThat(call).succeedsWithin(seconds(20))
			.satisfies((renewal) -> assertThat(renewal.ttl()).isEqualTo(Duration.ofSeconds(10)));
	}

	@Test
	void endsWithItsTimeout() {
		CompletableFuture<LeaseRenewal> call = leases().keepAliveOnce(7).timeout(Duration.ofSeconds(3)).async();
		renewal(stream(1), 1);
		advance(2.9);
		assertThat(call).isNotDone();
		advance(0.1);
		assertThat(failure(call)).isInstanceOf(EtcdTimeoutException.class)
			.hasMessageContaining("3000 ms")
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED));
		assertThat(stream(1).cancelled()).succeedsWithin(seconds(20));
	}

	@Test
	void unreachableEndpointIsReportedAfterTheConnectTimeout() {
		this.client = TestClient.of(this.server.endpoint()).timer(this.timer).open();
		this.server.close();
		CompletableFuture<LeaseRenewal> call = leases().keepAliveOnce(7).async();
		long start = this.timer.nanoTime();
		await().atMost(seconds(30)).until(() -> {
			advance(0.2);
			return call.isDone();
		});
		assertThat(failure(call).reason()).isEqualTo(Reason.UNREACHABLE);
		assertThat(Duration.ofNanos(this.timer.nanoTime() - start)).isBetween(seconds(5), seconds(11));
	}

	@Test
	void unreachableEndpointIsReportedAfterItsOwnConnectTimeout() {
		this.client = TestClient.of(ReservedPort.nobody()).timer(this.timer).open();
		leases().keepAlive(8).maxRetries(-1).open();
		advance(3);
		CompletableFuture<LeaseRenewal> call = leases().keepAliveOnce(7).async();
		// The stream has waited for as long, but not the call.
		advance(2);
		await().until(() -> this.timer.waitingAbout(seconds(3)), Objects::nonNull);
		advance(2.9);
		assertThat(call).isNotDone();
		advance(0.1);
		EtcdException failure = failure(call);
		assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
		assertThat(failure.attempts()).isZero();
		assertThat(failure).hasMessageContaining("no endpoint could be reached");
	}

	@Test
	void endpointThatIsBackInTimeAnswersIt() {
		int port = ReservedPort.next();
		this.client = settings("http://127.0.0.1:" + port).open();
		leases().keepAlive(8).maxRetries(-1).open();
		advance(3);
		CompletableFuture<LeaseRenewal> call = leases().keepAliveOnce(7).async();
		advance(2);
		await().until(() -> this.timer.waitingAbout(seconds(3)), Objects::nonNull);
		try (ScriptedServer late = ScriptedServer.start(port)) {
			await().until(() -> {
				advance(0.1);
				return !late.streams(METHOD).isEmpty();
			});
			ScriptedStream stream = late.stream(METHOD, 1);
			renewal(stream, 2);
			advance(3);
			assertThat(call).isNotDone();
			answer(stream, 7, 9);
			assertThat(call).succeedsWithin(seconds(20));
		}
	}

	@Test
	void cancellingTakesItOffTheStream() {
		CompletableFuture<LeaseRenewal> call = leases().keepAliveOnce(7).async();
		renewal(stream(1), 1);
		call.cancel(true);
		assertThat(stream(1).cancelled()).succeedsWithin(seconds(20));
	}

	@Test
	void interruptedThreadStopsWaiting() {
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> leases().keepAliveOnce(7).sync())
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.INTERRUPTED));
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void closedClientEndsIt() {
		CompletableFuture<LeaseRenewal> call = leases().keepAliveOnce(7).async();
		renewal(stream(1), 1);
		client().close();
		assertThat(failure(call)).isInstanceOf(ClientClosedException.class);
		assertThatExceptionOfType(ClientClosedException.class).isThrownBy(() -> leases().keepAliveOnce(7).sync());
	}

	@Test
	void expiryOfAKeepaliveDoesNotEndIt() {
		KeepAlive alive = openAnswered(7, 9, new RecordedEvents());
		advance(8);
		assertThat(renewal(stream(1), 2)).isEqualTo(7);
		CompletableFuture<LeaseRenewal> call = leases().keepAliveOnce(7).async();
		// They join in order, so it has joined, too, once the next one renews.
		leases().keepAlive(8).open(new RecordedEvents());
		assertThat(renewal(stream(1), 3)).isEqualTo(8);
		advance(1);
		assertThat(lossOf(alive)).isEqualTo(LeaseLoss.Cause.EXPIRED);
		assertThat(call).isNotDone();
		answer(stream(1), 7, 9);
		assertThat(renewal(stream(1), 4)).isEqualTo(7);
		answer(stream(1), 7, 9);
		assertThat(call).succeedsWithin(seconds(20));
	}

}
