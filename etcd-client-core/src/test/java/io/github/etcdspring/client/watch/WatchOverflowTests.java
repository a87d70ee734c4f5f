/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

import io.grpc.Status;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyRange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A listener that is slower than the changes.
 */
class WatchOverflowTests extends ScriptedWatchTests {

	/** So that five events of these tests fill it. */
	private static final int BUFFER = 1024;

	private static String events(int from, int to) {
		List<String> events = new ArrayList<>();
		for (int i = from; i < to; i++) {
			events.add(i + "=e");
		}
		return String.join(",", events);
	}

	private static String[] batches(int from, int to) {
		return events(from, to).split(",");
	}

	@Test
	void watchThatOverflowsIsCancelledAndAskedForAgainWhenThereIsRoom() {
		SlowTold told = new SlowTold();
		Watches watches = watches();
		watches.watch(KeyRange.all()).fromRevision(10).bufferBytes(BUFFER).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		stream(1).reply(WatchAnswers.events(id, events(10, 20)));
		assertThat(WatchAnswers.cancel(stream(1), 2)).isEqualTo(id);
		// Those that were on their way.
		stream(1).reply(WatchAnswers.events(id, events(20, 25)));
		stream(1).reply(WatchAnswers.cancelled(id, ""));
		settle(watches, stream(1));
		told.permits.release(1);
		told.expect("10=e");
		settle(watches, stream(1));
		told.permits.release(1000);
		long again = WatchAnswers.create(stream(1), 7).getWatchId();
		long start = WatchAnswers.create(stream(1), 7).getStartRevision();
		assertThat(again).isNotEqualTo(id);
		assertThat(start).as("the buffer and one revision").isBetween(14L, 16L);
		stream(1).reply(WatchAnswers.created(again, 100));
		stream(1).reply(WatchAnswers.events(again, events((int) start, (int) start + 2)));
		told.expect(batches(10, (int) start + 2));
		assertThat(streams()).isEqualTo(1);
	}

	@Test
	void overflowInTheMiddleOfFragmentsBeginsARevisionAgain() {
		SlowTold told = new SlowTold();
		watches().watch(KeyRange.all()).fromRevision(10).bufferBytes(BUFFER).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		stream(1).reply(WatchAnswers.fragment(id, events(10, 15) + ",15=a"));
		stream(1).reply(WatchAnswers.fragment(id, "15=b,16=c"));
		stream(1).reply(WatchAnswers.events(id, "16=d"));
		assertThat(WatchAnswers.cancel(stream(1), 2)).isEqualTo(id);
		told.permits.release(1000);
		assertThat(WatchAnswers.create(stream(1), 3).getStartRevision()).isEqualTo(15);
		id = WatchAnswers.accept(stream(1), 3, 100);
		stream(1).reply(WatchAnswers.events(id, "15=a,15=b,16=c"));
		told.expect("10=e", "11=e", "12=e", "13=e", "14=e", "15=a+b", "16=c");
	}

	@Test
	void watchThatWaitsForItsListenerSurvivesABrokenStream() {
		SlowTold told = new SlowTold();
		Told other = new Told();
		Watches watches = watches();
		watches.watch(KeyRange.key("slow")).fromRevision(10).bufferBytes(BUFFER).open(told);
		watches.watch(KeyRange.key("other")).fromRevision(10).open(other);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		WatchAnswers.accept(stream(1), 2, 100);
		stream(1).reply(WatchAnswers.events(id, events(10, 20)));
		WatchAnswers.cancel(stream(1), 3);
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		// The one that waits is not asked for yet.
		assertThat(WatchAnswers.create(stream(2), 1).getKey().toStringUtf8()).isEqualTo("other");
		WatchAnswers.accept(stream(2), 1, 100);
		told.permits.release(1000);
		assertThat(WatchAnswers.create(stream(2), 2).getKey().toStringUtf8()).isEqualTo("slow");
		assertThat(WatchAnswers.create(stream(2), 2).getStartRevision()).isEqualTo(15);
		id = WatchAnswers.accept(stream(2), 2, 100);
		stream(2).reply(WatchAnswers.events(id, "15=x"));
		told.expect("10=e", "11=e", "12=e", "13=e", "14=e", "disconnected", "resumed", "15=x");
		other.expect("disconnected", "resumed");
	}

	@Test
	void compactionWhileItWaitsIsReportedAfterWhatWaits() {
		SlowTold told = new SlowTold();
		watches().watch(KeyRange.all()).fromRevision(10).bufferBytes(BUFFER).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		stream(1).reply(WatchAnswers.events(id, events(10, 20)));
		WatchAnswers.cancel(stream(1), 2);
		told.permits.release(3);
		id = WatchAnswers.accept(stream(1), 3, 100);
		stream(1).reply(WatchAnswers.compacted(id, 60));
		told.permits.release(1000);
		told.expect("10=e", "11=e", "12=e", "13=e", "14=e", "closed at 15: COMPACTED");
	}

	@Test
	void closingWhileItWaitsDropsWhatWaits() {
		SlowTold told = new SlowTold();
		Watches watches = watches();
		Watch watch = watches.watch(KeyRange.all()).fromRevision(10).bufferBytes(BUFFER).open(told);
		watches.watch(KeyRange.all()).open(new Told());
		long id = WatchAnswers.accept(stream(1), 1, 100);
		WatchAnswers.accept(stream(1), 2, 100);
		stream(1).reply(WatchAnswers.events(id, events(10, 20)));
		WatchAnswers.cancel(stream(1), 3);
		await().until(told.permits::hasQueuedThreads);
		watch.close();
		told.permits.release(1000);
		told.expect("10=e", "closed at 11");
		settle(watches, stream(1));
		assertThat(WatchAnswers.create(stream(1), 4).getKey().toStringUtf8()).as("not asked for again")
			.isEqualTo("settle");
	}

	@Test
	void thirdOverflowGivesTheWatchAStreamOfItsOwn() {
		SlowTold told = new SlowTold();
		Watches watches = watches();
		Told other = new Told();
		watches.watch(KeyRange.key("slow")).fromRevision(10).bufferBytes(BUFFER).open(told);
		watches.watch(KeyRange.key("other")).fromRevision(10).open(other);
		WatchAnswers.create(stream(1), 2);
		int request = 1;
		for (int i = 0; i < 3; i++) {
			// It is asked for again while some still wait, so each buffer takes a few
			// less.
			int start = (int) WatchAnswers.create(stream(1), request).getStartRevision();
			long id = WatchAnswers.accept(stream(1), request, start);
			if (i == 0) {
				WatchAnswers.accept(stream(1), 2, 100);
				request = 2;
			}
			stream(1).reply(WatchAnswers.events(id, events(start, start + 10)));
			assertThat(WatchAnswers.cancel(stream(1), request + 1)).isEqualTo(id);
			request += 2;
			if (i < 2) {
				told.permits.release(5);
			}
		}
		int start = (int) WatchAnswers.create(stream(2), 1).getStartRevision();
		assertThat(start).isBetween(20, 25);
		long id = WatchAnswers.accept(stream(2), 1, 100);
		for (int i = start; i < 45; i++) {
			stream(2).reply(WatchAnswers.events(id, i + "=e"));
		}
		assertThat(stream(2).requests(io.github.etcdspring.proto.WatchRequest.parser())).hasSize(1);
		told.permits.release(1000);
		told.expect(batches(10, 45));
		stream(1).reply(WatchAnswers.events(2, "10=a"));
		other.expect("10=a");
		assertThat(stream(2).requests(io.github.etcdspring.proto.WatchRequest.parser())).as("never cancelled")
			.hasSize(1);
	}

	@Test
	void secondOverflowInTheSameHistoryGivesTheWatchAStreamOfItsOwn() {
		SlowTold told = new SlowTold();
		Watches watches = watches();
		watches.watch(KeyRange.all()).fromRevision(10).bufferBytes(BUFFER).open(told);
		watches.watch(KeyRange.key("other")).fromRevision(10).open(new Told());
		long id = WatchAnswers.accept(stream(1), 1, 1000);
		WatchAnswers.accept(stream(1), 2, 1000);
		stream(1).reply(WatchAnswers.events(id, events(10, 20)));
		assertThat(WatchAnswers.cancel(stream(1), 3)).isEqualTo(id);
		told.permits.release(5);
		id = WatchAnswers.accept(stream(1), 4, 2000);
		stream(1).reply(WatchAnswers.events(id, events(15, 25)));
		assertThat(WatchAnswers.cancel(stream(1), 5)).isEqualTo(id);
		int start = (int) WatchAnswers.create(stream(2), 1).getStartRevision();
		id = WatchAnswers.accept(stream(2), 1, 2000);
		stream(2).reply(WatchAnswers.events(id, events(start, 40)));
		told.permits.release(1000);
		told.expect(batches(10, 40));
	}

	@Test
	void overflowsOfHistoriesThatWereCaughtUpWithAreNotCounted() {
		SlowTold told = new SlowTold();
		watches().watch(KeyRange.all()).fromRevision(10).bufferBytes(BUFFER).open(told);
		for (int i = 0; i < 2; i++) {
			int start = 10 + 100 * i;
			told.permits.drainPermits();
			long id = WatchAnswers.accept(stream(i + 1), 1, start + 11);
			stream(i + 1).reply(WatchAnswers.events(id, events(start, start + 10)));
			assertThat(WatchAnswers.cancel(stream(i + 1), 2)).isEqualTo(id);
			told.permits.release(1000);
			int again = (int) WatchAnswers.create(stream(i + 1), 3).getStartRevision();
			id = WatchAnswers.accept(stream(i + 1), 3, start + 11);
			// The rest of the history, and more, with a listener that keeps up.
			for (int revision = again; revision < start + 100; revision++) {
				stream(i + 1).reply(WatchAnswers.events(id, revision + "=e"));
				told.expectAmong(revision + "=e");
			}
			stream(i + 1).fail(Status.Code.UNAVAILABLE, "gone");
		}
		assertThat(WatchAnswers.create(stream(3), 1).getStartRevision()).isEqualTo(210);
		assertThat(streams()).isEqualTo(3);
	}

	/** Tells only as many batches as it was permitted. */
	private static final class SlowTold extends Told {

		private final Semaphore permits = new Semaphore(0);

		@Override
		public void onBatch(WatchBatch batch) {
			this.permits.acquireUninterruptibly();
			super.onBatch(batch);
		}

		private void expectAmong(String expected) {
			await().pollInterval(Duration.ofMillis(1)).until(() -> all().contains(expected));
		}

	}

}
