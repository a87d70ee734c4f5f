/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;

import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.proto.WatchCreateRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How a watch goes on when its stream breaks: where it was, with nothing lost and nothing
 * twice.
 */
class WatchResumeTests extends ScriptedWatchTests {

	@Test
	void requestSaysEverything() {
		watches().watch(KeyRange.between("a", "c")).fromRevision(7).previousValues().withoutPuts().open(new Told());
		WatchCreateRequest create = WatchAnswers.create(stream(1), 1);
		assertThat(create.getKey().toStringUtf8()).isEqualTo("a");
		assertThat(create.getRangeEnd().toStringUtf8()).isEqualTo("c");
		assertThat(create.getStartRevision()).isEqualTo(7);
		assertThat(create.getPrevKv()).isTrue();
		assertThat(create.getFragment()).isTrue();
		assertThat(create.getProgressNotify()).isTrue();
		assertThat(create.getFiltersList()).containsExactly(WatchCreateRequest.FilterType.NOPUT);
		assertThat(create.getWatchId()).isPositive();
		assertThat(stream(1).header("hasleader")).isEqualTo("true");
	}

	@Test
	void historyThatBreaksBeforeItsFirstEventBeginsAgain() {
		Told told = new Told();
		Watch watch = watches().watch(KeyRange.all()).fromRevision(5).open(told);
		WatchAnswers.accept(stream(1), 1, 100);
		assertThat(watch.ready().join()).isEqualTo(5);
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		assertThat(WatchAnswers.create(stream(2), 1).getStartRevision()).isEqualTo(5);
		long id = WatchAnswers.accept(stream(2), 1, 120);
		stream(2).reply(WatchAnswers.events(id, "5=a,6=b"));
		told.expect("disconnected", "resumed", "5=a", "6=b");
	}

	@Test
	void watchFromNowThatBreaksBeforeItsFirstEventMissesNothing() {
		Told told = new Told();
		Watch watch = watches().watch(KeyRange.all()).open(told);
		WatchAnswers.accept(stream(1), 1, 100);
		assertThat(watch.ready().join()).isEqualTo(101);
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		assertThat(WatchAnswers.create(stream(2), 1).getStartRevision()).isEqualTo(101);
		long id = WatchAnswers.accept(stream(2), 1, 120);
		stream(2).reply(WatchAnswers.events(id, "101=a"));
		told.expect("disconnected", "resumed", "101=a");
		assertThat(watch.ready().join()).isEqualTo(101);
	}

	@Test
	void watchFromNowThatBreaksBeforeItBeganIsStillFromNow() {
		Told told = new Told();
		Watch watch = watches().watch(KeyRange.all()).open(told);
		assertThat(WatchAnswers.create(stream(1), 1).getStartRevision()).isZero();
		assertThat(watch.nextRevision()).isZero();
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		assertThat(WatchAnswers.create(stream(2), 1).getStartRevision()).isZero();
		long id = WatchAnswers.accept(stream(2), 1, 120);
		assertThat(watch.ready().join()).isEqualTo(121);
		stream(2).reply(WatchAnswers.events(id, "119=old,120=old,121=new"));
		told.expect("121=new");
	}

	@Test
	void eachWatchGoesOnAtItsOwnRevision() {
		Watches watches = watches();
		List<Told> told = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			told.add(new Told());
			watches.watch(KeyRange.key("k" + i)).fromRevision(10).open(told.get(i));
		}
		for (int i = 0; i < 20; i++) {
			long id = WatchAnswers.accept(stream(1), i + 1, 9);
			if (i > 0) {
				stream(1).reply(WatchAnswers.events(id, (10 + i) + "=k" + i));
			}
		}
		settle(watches, stream(1));
		stream(1).complete();
		for (int i = 0; i < 20; i++) {
			WatchCreateRequest create = WatchAnswers.create(stream(2), i + 1);
			assertThat(create.getKey().toStringUtf8()).isEqualTo("k" + i);
			assertThat(create.getStartRevision()).isEqualTo((i > 0) ? 11 + i : 10);
			stream(2).reply(WatchAnswers.created(create.getWatchId(), 50));
			stream(2).reply(WatchAnswers.events(create.getWatchId(), "60=again"));
		}
		told.get(0).expect("disconnected", "resumed", "60=again");
		for (int i = 1; i < 20; i++) {
			told.get(i).expect((10 + i) + "=k" + i, "disconnected", "resumed", "60=again");
		}
	}

	@ParameterizedTest
	@CsvSource({ "UNKNOWN, Channel closed", "UNKNOWN, Network closed for unknown reason",
			"UNAVAILABLE, transport is closing", "CANCELLED, RST_STREAM closed stream", "INTERNAL, broken",
			"RESOURCE_EXHAUSTED, enhance your calm", "UNAVAILABLE, etcdserver: no leader", "DEADLINE_EXCEEDED, late",
			"ABORTED, stopped" })
	void whateverBreaksAStreamThatWorkedItIsOpenedAgain(Status.Code code, String text) {
		Told told = new Told();
		watches().watch(KeyRange.all()).fromRevision(5).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		stream(1).reply(WatchAnswers.events(id, "5=a"));
		told.expect("5=a");
		stream(1).fail(code, text);
		assertThat(WatchAnswers.create(stream(2), 1).getStartRevision()).isEqualTo(6);
		id = WatchAnswers.accept(stream(2), 1, 100);
		stream(2).reply(WatchAnswers.events(id, "6=b"));
		told.expect("5=a", "disconnected", "resumed", "6=b");
	}

	@Test
	void whatWasSeenBeforeIsNotSeenAgain() {
		Told told = new Told();
		watches().watch(KeyRange.all()).fromRevision(5).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		stream(1).reply(WatchAnswers.events(id, "4=old,5=a,5=b,6=c"));
		stream(1).reply(WatchAnswers.events(id, "5=a,6=c,7=d"));
		stream(1).reply(WatchAnswers.events(id, "7=d"));
		stream(1).reply(WatchAnswers.events(id, "8=e"));
		told.expect("5=a+b", "6=c", "7=d", "8=e");
	}

	@Test
	void fragmentsAreJoined() {
		Told told = new Told();
		watches().watch(KeyRange.all()).fromRevision(5).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		stream(1).reply(WatchAnswers.fragment(id, "5=a,6=b"));
		stream(1).reply(WatchAnswers.fragment(id, "6=c"));
		stream(1).reply(WatchAnswers.events(id, "6=d,7=e"));
		told.expect("5=a", "6=b+c+d", "7=e");
	}

	@Test
	void revisionThatABrokenStreamCutComesAgainAsAWhole() {
		Told told = new Told();
		Watches watches = watches();
		watches.watch(KeyRange.all()).fromRevision(5).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		stream(1).reply(WatchAnswers.fragment(id, "5=a,6=b"));
		settle(watches, stream(1));
		told.expect("5=a");
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		assertThat(WatchAnswers.create(stream(2), 1).getStartRevision()).isEqualTo(6);
		id = WatchAnswers.accept(stream(2), 1, 100);
		stream(2).reply(WatchAnswers.events(id, "6=b,6=c"));
		told.expect("5=a", "disconnected", "resumed", "6=b+c");
	}

	@Test
	void eventsOfUnknownAndOfCancelledWatchesAreIgnored() {
		Watches watches = watches();
		Told kept = new Told();
		Told cancelled = new Told();
		watches.watch(KeyRange.all()).fromRevision(5).open(kept);
		Watch watch = watches.watch(KeyRange.all()).fromRevision(5).open(cancelled);
		long keptId = WatchAnswers.accept(stream(1), 1, 100);
		long cancelledId = WatchAnswers.accept(stream(1), 2, 100);
		watch.close();
		assertThat(WatchAnswers.cancel(stream(1), 3)).isEqualTo(cancelledId);
		stream(1).reply(WatchAnswers.events(cancelledId, "5=a"));
		stream(1).reply(WatchAnswers.progress(cancelledId, 50));
		stream(1).reply(WatchAnswers.cancelled(cancelledId, ""));
		stream(1).reply(WatchAnswers.events(999, "5=a"));
		stream(1).reply(WatchAnswers.cancelled(999, "who knows"));
		stream(1).reply(WatchAnswers.created(999, 50));
		stream(1).reply(WatchAnswers.events(keptId, "5=a"));
		kept.expect("5=a");
		cancelled.expect("closed at 5");
		assertThat(streams()).isEqualTo(1);
	}

	@Test
	void disconnectionIsToldOnceHoweverOftenItIsTriedAgain() {
		Told told = new Told();
		watches().watch(KeyRange.all()).fromRevision(5).open(told);
		WatchAnswers.accept(stream(1), 1, 100);
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		stream(2).fail(Status.Code.UNAVAILABLE, "still gone");
		stream(3).fail(Status.Code.UNAVAILABLE, "etcdserver: no leader");
		long id = WatchAnswers.accept(stream(4), 1, 100);
		stream(4).reply(WatchAnswers.events(id, "5=a"));
		told.expect("disconnected", "resumed", "5=a");
	}

	@Test
	void disconnectionIsToldToAListenerThatHasNotHeardOfTheBeginningYet() {
		HeldTasks executor = new HeldTasks();
		Told told = new Told();
		Watches watches = watches(settings().callbackExecutor(executor));
		watches.watch(KeyRange.all()).fromRevision(5).open(told);
		WatchAnswers.accept(stream(1), 1, 100);
		await().until(() -> executor.count() == 1);
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		long id = WatchAnswers.accept(stream(2), 1, 100);
		stream(2).reply(WatchAnswers.events(id, "5=a"));
		await().untilAsserted(() -> {
			executor.run();
			assertThat(told.all()).containsExactly("disconnected", "resumed", "5=a");
		});
	}

	/** Runs what it is given when the test says so. */
	private static final class HeldTasks implements Executor {

		private final Queue<Runnable> tasks = new ArrayDeque<>();

		@Override
		public synchronized void execute(Runnable task) {
			this.tasks.add(task);
		}

		synchronized int count() {
			return this.tasks.size();
		}

		void run() {
			for (Runnable task = next(); task != null; task = next()) {
				task.run();
			}
		}

		private synchronized Runnable next() {
			return this.tasks.poll();
		}

	}

}
