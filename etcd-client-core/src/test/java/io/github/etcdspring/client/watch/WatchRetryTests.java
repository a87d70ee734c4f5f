/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.time.Duration;

import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.transport.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How often a watch tries to connect before it ends.
 */
class WatchRetryTests extends ScriptedWatchTests {

	private static final String NO_LEADER = "etcdserver: no leader";

	private void refuseFrom(int first) {
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			if (stream.number() >= first) {
				stream.fail(Status.Code.UNAVAILABLE, "refused");
			}
			else {
				WatchAnswers.accept(stream, 1, 100);
			}
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 3 })
	void watchThatWorkedEndsAfterItsRetries(int maxRetries) {
		refuseFrom(2);
		Told told = new Told();
		Watch watch = watches().watch(KeyRange.all()).fromRevision(5).maxRetries(maxRetries).open(told);
		watch.ready().join();
		stream(1).reply(WatchAnswers.events(1, "5=a"));
		told.expect("5=a");
		stream(1).fail(Status.Code.UNAVAILABLE, "broken");
		if (maxRetries == 0) {
			told.expect("5=a", "closed at 6: CONNECTION_LOST");
		}
		else {
			told.expect("5=a", "disconnected", "closed at 6: CONNECTION_LOST");
		}
		assertThat(streams()).isEqualTo(1 + maxRetries);
		assertThat(told.cause()).hasMessageContaining((maxRetries == 0) ? "broken" : "refused");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 3 })
	void watchThatNeverWorkedEndsAfterItsRetries(int maxRetries) {
		refuseFrom(1);
		Told told = new Told();
		Watch watch = watches().watch(KeyRange.all()).fromRevision(5).maxRetries(maxRetries).open(told);
		told.expect("closed at 5: CONNECTION_LOST");
		assertThat(watch.ready()).isCompletedExceptionally();
		assertThat(streams()).isEqualTo(1 + maxRetries);
	}

	@Test
	void eachWatchHasItsOwnPatience() {
		refuseFrom(1);
		Watches watches = watches();
		Told told = new Told();
		Told none = new Told();
		Told ever = new Told();
		Watch patient = watches.watch(KeyRange.all()).fromRevision(5).maxRetries(-1).open(ever);
		watches.watch(KeyRange.all()).fromRevision(5).maxRetries(1).open(told);
		watches.watch(KeyRange.all()).fromRevision(5).maxRetries(0).open(none);
		none.expect("closed at 5: CONNECTION_LOST");
		told.expect("closed at 5: CONNECTION_LOST");
		this.server.onStream(ScriptedServer.WATCH, (stream) -> WatchAnswers.accept(stream, 1, 100));
		assertThat(patient.ready()).succeedsWithin(Duration.ofSeconds(20));
		closeClients();
		ever.expect("closed at 5: CLOSED");
	}

	@Test
	void watchIsNotBlamedForAttemptsBeforeItsTime() {
		refuseFrom(1);
		Watches watches = watches();
		watches.watch(KeyRange.all()).maxRetries(-1).open(new Told());
		stream(4);
		Told told = new Told();
		watches.watch(KeyRange.all()).fromRevision(5).maxRetries(1).open(told);
		int before = streams();
		told.expect("closed at 5: CONNECTION_LOST");
		// Perhaps the attempt that was on its way, and another one.
		assertThat(streams() - before).isBetween(1, 3);
		Told late = new Told();
		watches.watch(KeyRange.all()).fromRevision(5).maxRetries(3).open(late);
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			WatchAnswers.accept(stream, 1, 100);
			WatchAnswers.accept(stream, 2, 100);
			stream.reply(WatchAnswers.events(WatchAnswers.create(stream, 2).getWatchId(), "5=a"));
		});
		late.expect("5=a");
	}

	@Test
	void missingLeaderIsNotAnAttempt() {
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			if (stream.number() <= 3) {
				stream.fail(Status.Code.UNAVAILABLE, NO_LEADER);
			}
			else {
				WatchAnswers.accept(stream, 1, 100);
				stream.reply(WatchAnswers.events(WatchAnswers.create(stream, 1).getWatchId(), "5=a"));
			}
		});
		Told told = new Told();
		watches().watch(KeyRange.all()).fromRevision(5).maxRetries(0).open(told);
		told.expect("5=a");
		assertThat(streams()).isEqualTo(4);
	}

	@Test
	void attemptsAreCountedAnewOnceItWorks() {
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			if (stream.number() % 2 == 0) {
				stream.fail(Status.Code.UNAVAILABLE, "refused");
			}
			else {
				WatchAnswers.accept(stream, 1, 100);
			}
		});
		Told told = new Told();
		watches().watch(KeyRange.all()).fromRevision(5).maxRetries(2).open(told);
		for (int i = 0; i < 2; i++) {
			int number = 2 * i + 1;
			int resumptions = i;
			WatchAnswers.create(stream(number), 1);
			await().until(() -> told.all().stream().filter((text) -> text.equals("resumed")).count() == resumptions);
			settleOn(number, told, i);
			stream(number).fail(Status.Code.UNAVAILABLE, "broken");
		}
		stream(5);
		assertThat(told.all()).noneMatch((text) -> text.startsWith("closed"));
	}

	private void settleOn(int number, Told told, int round) {
		long id = WatchAnswers.create(stream(number), 1).getWatchId();
		String event = (10 + round) + "=a";
		stream(number).reply(WatchAnswers.events(id, event));
		await().until(() -> told.all().contains(event));
	}

}
