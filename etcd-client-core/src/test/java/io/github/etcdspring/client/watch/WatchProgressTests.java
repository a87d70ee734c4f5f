/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.proto.StatusResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * When progress is believed, and what it moves.
 */
class WatchProgressTests extends ScriptedWatchTests {

	private void version(String version) {
		this.server.on(ScriptedServer.STATUS,
				ScriptedServer.reply(StatusResponse.newBuilder().setVersion(version).build()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "3.4.31", "3.5.13", "3.5.30", "3.6.0", "3.6.0-rc.1", "4.0.0" })
	void progressOfANewServerIsTold(String version) {
		version(version);
		Told told = new Told();
		Watch watch = watches().watch(KeyRange.all()).fromRevision(5).progress().open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		watch.requestProgress();
		assertThat(WatchAnswers.request(stream(1), 2).hasProgressRequest()).isTrue();
		stream(1).reply(WatchAnswers.progress(-1, 70));
		stream(1).reply(WatchAnswers.events(id, "60=old,71=a"));
		stream(1).reply(WatchAnswers.progress(id, 80));
		stream(1).reply(WatchAnswers.progress(-1, 75));
		told.expect("progress 70", "71=a", "progress 80");
		assertThat(watch.nextRevision()).isEqualTo(81);
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		assertThat(WatchAnswers.create(stream(2), 1).getStartRevision()).isEqualTo(81);
	}

	@ParameterizedTest
	@ValueSource(strings = { "3.4.30", "3.5.12", "3.3.27", "", "not a version" })
	void progressOfAnOldServerIsNotBelieved(String version) {
		version(version);
		Told told = new Told();
		Watch watch = watches().watch(KeyRange.all()).fromRevision(5).progress().open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		watch.requestProgress();
		this.server.call(ScriptedServer.STATUS, 1);
		stream(1).reply(WatchAnswers.progress(-1, 70));
		stream(1).reply(WatchAnswers.progress(id, 70));
		stream(1).reply(WatchAnswers.events(id, "5=a"));
		told.expect("5=a");
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		assertThat(WatchAnswers.create(stream(2), 1).getStartRevision()).isEqualTo(6);
	}

	@Test
	void progressThatNobodyAskedForMovesTheWatchesThatShareAStreamToo() {
		AtomicInteger callbacks = new AtomicInteger();
		Watches watches = watches(settings().callbackExecutor((task) -> {
			task.run();
			callbacks.incrementAndGet();
		}));
		Told told = new Told();
		Watch watch = watches.watch(KeyRange.all()).fromRevision(5).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		stream(1).reply(WatchAnswers.progress(id, 70));
		// The beginning of the watch, and the answer of the member.
		await().until(() -> callbacks.get() == 2);
		stream(1).reply(WatchAnswers.progress(id, 80));
		settle(watches, stream(1));
		assertThat(watch.nextRevision()).isEqualTo(81);
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		assertThat(WatchAnswers.create(stream(2), 1).getStartRevision()).isEqualTo(81);
		assertThat(told.all()).noneMatch((text) -> text.startsWith("progress"));
	}

	@Test
	void memberIsAskedOnceHoweverManyWatchesProgress() {
		this.server.on(ScriptedServer.STATUS, ScriptedServer.SILENCE);
		Watches watches = watches();
		for (int i = 0; i < 100; i++) {
			watches.watch(KeyRange.all()).fromRevision(5).open(new Told());
		}
		for (int i = 1; i <= 100; i++) {
			WatchAnswers.accept(stream(1), i, 100);
		}
		for (int i = 1; i <= 100; i++) {
			stream(1).reply(WatchAnswers.progress(i, 70));
		}
		settle(watches, stream(1));
		assertThat(this.server.count(ScriptedServer.STATUS)).isEqualTo(1);
	}

	@Test
	void progressDoesNotPassARevisionThatIsIncomplete() {
		Told told = new Told();
		Watch watch = watches().watch(KeyRange.all()).fromRevision(5).progress().open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		watch.requestProgress();
		assertThat(WatchAnswers.request(stream(1), 2).hasProgressRequest()).isTrue();
		stream(1).reply(WatchAnswers.fragment(id, "6=a"));
		stream(1).reply(WatchAnswers.progress(-1, 70));
		stream(1).reply(WatchAnswers.events(id, "6=b"));
		stream(1).reply(WatchAnswers.progress(-1, 80));
		told.expect("6=a+b", "progress 80");
	}

	@Test
	void progressBeforeAFutureStartMovesNothing() {
		Told told = new Told();
		Watch watch = watches().watch(KeyRange.all()).fromRevision(500).progress().open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		watch.requestProgress();
		WatchAnswers.request(stream(1), 2);
		stream(1).reply(WatchAnswers.progress(-1, 100));
		stream(1).reply(WatchAnswers.progress(id, 498));
		stream(1).reply(WatchAnswers.progress(id, 499));
		told.expect("progress 499");
		assertThat(watch.nextRevision()).isEqualTo(500);
	}

}
