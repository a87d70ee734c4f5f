/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.embedded.mvcc.Change;
import io.github.etcdspring.embedded.mvcc.MvccStore;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchCreateRequest.FilterType;
import io.github.etcdspring.proto.WatchResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class WatchHubTests {

	private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

	private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

	private final EtcdClock clock = EtcdClock.manual();

	private final MvccStore store = new MvccStore();

	private final WatchHub hub = new WatchHub(this.store, this.clock, this::header, this::read, 1536 * 1024);

	private final TestSink sink = new TestSink();

	private final WatchStream stream = this.hub.open(this.sink);

	@BeforeEach
	void listen() {
		this.store.addListener(this.hub);
	}

	@AfterEach
	void close() {
		this.hub.close();
	}

	@Test
	void createIsAnsweredBeforeEventsAndEventsCarryTheirRevision() {
		create("a");
		put("a", "1");
		put("b", "1");
		put("a", "2");
		WatchResponse created = this.sink.take();
		assertThat(created.getCreated()).isTrue();
		assertThat(created.getWatchId()).isZero();
		assertThat(created.getHeader().getRevision()).isEqualTo(1);
		assertThat(this.sink.take()).satisfies((first) -> {
			assertThat(first.getHeader().getRevision()).isEqualTo(2);
			assertThat(texts(first)).containsExactly("PUT a=1 @2");
		});
		assertThat(this.sink.take()).satisfies((second) -> {
			assertThat(second.getHeader().getRevision()).isEqualTo(4);
			assertThat(texts(second)).containsExactly("PUT a=2 @4");
		});
	}

	@Test
	void idsAreChosenByTheClientOrCountUpFromZero() {
		this.stream.create(request("a").setWatchId(1).build());
		this.stream.create(request("a").build());
		this.stream.create(request("a").build());
		this.stream.create(request("a").setWatchId(-7).build());
		assertThat(this.sink.take(4)).extracting(WatchResponse::getWatchId).containsExactly(1L, 0L, 2L, -7L);
	}

	@Test
	void duplicateIdsAndEmptyRangesAreRefused() {
		this.stream.create(request("a").setWatchId(5).build());
		this.stream.create(request("b").setWatchId(5).build());
		this.stream.create(request("b").setRangeEnd(bytes("a")).build());
		this.stream.create(request("b").setRangeEnd(bytes("b")).build());
		this.stream.refuse("because");
		List<WatchResponse> answers = this.sink.take(5);
		assertThat(answers.subList(1, 5)).allSatisfy((refused) -> {
			assertThat(refused.getCreated()).isTrue();
			assertThat(refused.getCanceled()).isTrue();
			assertThat(refused.getWatchId()).isEqualTo(-1);
			assertThat(refused.getHeader().getRevision()).isEqualTo(1);
		});
		assertThat(answers).extracting(WatchResponse::getCancelReason)
			.containsExactly("", "mvcc: duplicate watch ID provided on the WatchStream", "mvcc: watcher range is empty",
					"mvcc: watcher range is empty", "because");
		put("a", "1");
		assertThat(this.sink.take().getWatchId()).isEqualTo(5);
	}

	@Test
	void rangesCoverWhatTheySay() {
		this.stream.create(request("b").setRangeEnd(bytes("d")).setWatchId(1).build());
		this.stream.create(request("c").setRangeEnd(ZERO).setWatchId(2).build());
		this.stream.create(request("").setRangeEnd(ZERO).setWatchId(3).build());
		this.stream.create(request("").setWatchId(4).build());
		this.sink.take(4);
		for (String key : List.of("a", "b", "c", "d")) {
			put(key, key);
		}
		commit((change) -> change.put(ZERO, ByteString.EMPTY, 0, false, false));
		List<String> got = this.sink.take(10)
			.stream()
			.map((answer) -> answer.getWatchId() + ":" + answer.getHeader().getRevision())
			.toList();
		assertThat(got).containsExactlyInAnyOrder("3:2", "1:3", "3:3", "1:4", "2:4", "3:4", "2:5", "3:5", "3:6", "4:6");
	}

	@Test
	void filtersAndPreviousValues() {
		put("a", "1");
		this.stream.create(request("a").setWatchId(1).addFilters(FilterType.NOPUT).setPrevKv(true).build());
		this.stream.create(request("a").setWatchId(2).addFilters(FilterType.NODELETE).setPrevKv(true).build());
		this.stream.create(request("a").setWatchId(3).setPrevKv(true).setStartRevision(2).build());
		this.sink.take(4);
		delete("a");
		put("a", "2");
		put("a", "3");
		List<WatchResponse> answers = this.sink.take(6);
		assertThat(events(answers, 1)).containsExactly("DELETE a= @3 was 1");
		assertThat(events(answers, 2)).containsExactly("PUT a=2 @4", "PUT a=3 @5 was 2");
		assertThat(events(answers, 3)).containsExactly("DELETE a= @3 was 1", "PUT a=2 @4", "PUT a=3 @5 was 2");
	}

	@Test
	void filtersHoldForHistoryToo() {
		put("a", "1");
		delete("a");
		put("a", "2");
		this.stream.create(request("a").setStartRevision(2).addFilters(FilterType.NODELETE).build());
		assertThat(texts(this.sink.take(2).get(1))).containsExactly("PUT a=1 @2", "PUT a=2 @4");
	}

	@Test
	void historyComesInOneMessageWithTheRevisionOfTheStore() {
		for (int i = 0; i < 10; i++) {
			put("a", "" + i);
			put("b", "" + i);
		}
		this.stream.create(request("a").setStartRevision(4).build());
		WatchResponse history = this.sink.take(2).get(1);
		assertThat(history.getHeader().getRevision()).isEqualTo(21);
		assertThat(texts(history)).hasSize(9).startsWith("PUT a=1 @4").endsWith("PUT a=9 @20");
		put("a", "live");
		assertThat(texts(this.sink.take())).containsExactly("PUT a=live @22");
	}

	@Test
	void longHistoryComesInPiecesOfWholeRevisions() {
		for (int i = 0; i < 700; i++) {
			String value = "" + i;
			commit((change) -> List.of("a", "b", "c")
				.forEach((key) -> change.put(bytes(key), bytes(value), 0, false, false)));
		}
		this.stream.create(request("").setRangeEnd(ZERO).setStartRevision(1).build());
		this.sink.take();
		List<Event> events = new ArrayList<>();
		while (events.size() < 2100) {
			WatchResponse piece = this.sink.take();
			assertThat(piece.getEventsCount()).isLessThanOrEqualTo(1002).matches((count) -> count % 3 == 0);
			events.addAll(piece.getEventsList());
		}
		assertThat(events).extracting((event) -> event.getKv().getModRevision())
			.containsExactlyElementsOf(IntStream.range(0, 2100).mapToObj((i) -> 2L + i / 3).toList());
	}

	@Test
	void largeHistoryComesInPiecesOfAboutAMebibyte() {
		String large = "x".repeat(300 * 1024);
		for (int i = 0; i < 8; i++) {
			put("a", large);
		}
		this.stream.create(request("a").setStartRevision(1).build());
		assertThat(this.sink.take(3).subList(1, 3)).extracting(WatchResponse::getEventsCount).containsExactly(4, 4);
	}

	@Test
	void futureStartWaitsForItsRevision() {
		this.stream.create(request("a").setStartRevision(4).build());
		this.sink.take();
		put("a", "2");
		put("a", "3");
		put("a", "4");
		assertThat(texts(this.sink.take())).containsExactly("PUT a=4 @4");
	}

	@Test
	void compactedStartIsCreatedThenCancelledAndKeepsItsId() {
		for (int i = 0; i < 5; i++) {
			put("a", "" + i);
		}
		this.store.compact(4);
		this.stream.create(request("a").setWatchId(1).setStartRevision(3).build());
		this.stream.create(request("a").setWatchId(2).setStartRevision(4).build());
		List<WatchResponse> answers = this.sink.take(4);
		assertThat(answers.get(0).getCreated()).isTrue();
		assertThat(answers.get(0).getHeader().getRevision()).isEqualTo(6);
		WatchResponse cancelled = ofWatch(answers, 1).get(1);
		assertThat(cancelled.getCanceled()).isTrue();
		assertThat(cancelled.getCreated()).isFalse();
		assertThat(cancelled.getCompactRevision()).isEqualTo(4);
		assertThat(cancelled.getCancelReason()).isEmpty();
		assertThat(cancelled.getHeader().getRevision()).isZero();
		assertThat(cancelled.getHeader().getClusterId()).isEqualTo(11);
		assertThat(events(answers, 2)).containsExactly("PUT a=2 @4", "PUT a=3 @5", "PUT a=4 @6");
		this.stream.create(request("a").setWatchId(1).build());
		assertThat(this.sink.take().getCancelReason()).startsWith("mvcc: duplicate");
		this.stream.requestProgress();
		this.stream.cancel(1);
		assertThat(this.sink.take()).satisfies((answer) -> {
			assertThat(answer.getWatchId()).isEqualTo(1);
			assertThat(answer.getCanceled()).isTrue();
		});
		this.stream.create(request("a").setWatchId(1).build());
		assertThat(this.sink.take().getCanceled()).isFalse();
	}

	@Test
	void compactedStartIsCancelledSomeTimeAfterItsCreation() {
		EtcdClock realTime = EtcdClock.manual();
		try (WatchHub hub = new WatchHub(this.store, this.clock, realTime, this::header, this::read, 1536 * 1024)) {
			TestSink told = new TestSink();
			WatchStream watches = hub.open(told);
			createCompacted(watches, told, 1);
			realTime.advance(Duration.ofMillis(99));
			watches.create(request("b").setWatchId(2).build());
			assertThat(told.take()).satisfies((created) -> {
				assertThat(created.getWatchId()).isEqualTo(2);
				assertThat(created.getCreated()).isTrue();
			});
			// progress is held up by the one that is lost, told or not
			watches.requestProgress();
			assertThat(hub.watchCount()).isEqualTo(2);
			realTime.advance(Duration.ofMillis(1));
			assertThat(told.take()).satisfies((cancelled) -> {
				assertThat(cancelled.getWatchId()).isEqualTo(1);
				assertThat(cancelled.getCompactRevision()).isEqualTo(3);
			});
			assertThat(hub.watchCount()).isEqualTo(1);
			assertThat(told.messages).isEmpty();
		}
	}

	@Test
	void watchThatIsCancelledBeforeItHearsOfTheCompactionDoesNotHearOfIt() {
		EtcdClock realTime = EtcdClock.manual();
		try (WatchHub hub = new WatchHub(this.store, this.clock, realTime, this::header, this::read, 1536 * 1024)) {
			TestSink told = new TestSink();
			WatchStream watches = hub.open(told);
			createCompacted(watches, told, 1);
			realTime.advance(Duration.ofMillis(50));
			watches.cancel(1);
			assertThat(told.take()).satisfies((cancelled) -> {
				assertThat(cancelled.getCanceled()).isTrue();
				assertThat(cancelled.getCompactRevision()).isZero();
			});
			createCompacted(watches, told, 1);
			realTime.advance(Duration.ofMillis(50));
			watches.create(request("b").setWatchId(2).build());
			assertThat(told.take().getWatchId()).as("the watch after the one that was cancelled").isEqualTo(2);
			realTime.advance(Duration.ofMillis(50));
			assertThat(told.take().getCompactRevision()).isEqualTo(3);
			assertThat(told.messages).isEmpty();
		}
	}

	@Test
	void nothingIsToldOfACompactionAfterTheEnd() {
		EtcdClock realTime = EtcdClock.manual();
		TestSink told = new TestSink();
		TestSink ofOther = new TestSink();
		try (WatchHub hub = new WatchHub(this.store, this.clock, realTime, this::header, this::read, 1536 * 1024)) {
			WatchStream ended = hub.open(told);
			createCompacted(ended, told, 1);
			WatchStream other = hub.open(ofOther);
			createCompacted(other, ofOther, 1);
			ended.close();
			realTime.advance(Duration.ofMillis(100));
			assertThat(ofOther.take().getCompactRevision()).isEqualTo(3);
			createCompacted(other, ofOther, 2);
		}
		realTime.advance(Duration.ofMillis(100));
		assertThat(told.messages).isEmpty();
		assertThat(ofOther.messages).isEmpty();
		assertThat(realTime.schedule(Duration.ZERO, () -> {
		}).cancel()).as("closed with the hub").isFalse();
	}

	// when it is answered, its history has been found gone
	private void createCompacted(WatchStream watches, TestSink told, long id) {
		if (this.store.compactedRevision() < 3) {
			put("a", "1");
			put("a", "2");
			this.store.compact(3);
		}
		watches.create(request("a").setWatchId(id).setStartRevision(2).build());
		assertThat(told.take()).satisfies((created) -> {
			assertThat(created.getWatchId()).isEqualTo(id);
			assertThat(created.getCreated()).isTrue();
		});
	}

	@Test
	void cancelIsAnsweredOnceAndUnknownIdsAreNot() {
		create("a");
		this.stream.cancel(99);
		this.stream.cancel(0);
		this.stream.cancel(0);
		this.stream.create(request("b").setWatchId(1).build());
		List<WatchResponse> answers = this.sink.take(3);
		assertThat(answers.get(1).getCanceled()).isTrue();
		assertThat(answers.get(1).getCancelReason()).isEmpty();
		assertThat(answers.get(1).getHeader().getRevision()).isEqualTo(1);
		assertThat(answers.get(2).getCreated()).isTrue();
		put("a", "1");
		put("b", "1");
		assertThat(this.sink.take().getWatchId()).isEqualTo(1);
		assertThat(this.hub.watchCount()).isEqualTo(1);
	}

	@Test
	void eventsQueuedForACancelledWatchAreDropped() {
		create("a");
		this.sink.take();
		this.sink.block();
		put("a", "1");
		this.stream.cancel(0);
		this.stream.create(request("a").build());
		this.sink.unblock(this.stream);
		assertThat(this.sink.take().getCanceled()).isTrue();
		assertThat(this.sink.take().getWatchId()).isEqualTo(1);
	}

	@Test
	void progressIsAnsweredOnlyWhenAllWatchesAreSynced() {
		this.stream.requestProgress();
		this.stream.create(request("a").build());
		this.stream.create(request("b").setStartRevision(3).build());
		this.stream.requestProgress();
		put("x", "1");
		put("x", "2");
		this.stream.requestProgress();
		List<WatchResponse> answers = this.sink.take(3);
		assertThat(answers.get(2)).satisfies((progress) -> {
			assertThat(progress.getWatchId()).isEqualTo(-1);
			assertThat(progress.getHeader().getRevision()).isEqualTo(3);
			assertThat(progress.getEventsCount()).isZero();
			assertThat(progress.getCreated() || progress.getCanceled()).isFalse();
		});
		put("a", "1");
		assertThat(this.sink.take().getEventsCount()).isEqualTo(1);
	}

	@Test
	void progressIsNotAnsweredWhileAWatchIsBehind() {
		put("a", "1");
		this.sink.block();
		this.stream.create(request("a").setStartRevision(1).build());
		this.stream.requestProgress();
		this.sink.unblock(this.stream);
		List<WatchResponse> answers = this.sink.take(2);
		assertThat(answers.get(1).getEventsCount()).isEqualTo(1);
		await().untilAsserted(() -> {
			this.stream.requestProgress();
			assertThat(this.sink.messages).isNotEmpty();
		});
		assertThat(this.sink.take().getWatchId()).isEqualTo(-1);
	}

	@Test
	void progressIsReportedEveryTenMinutesUnlessThereWereEvents() {
		this.stream.create(request("a").setWatchId(1).setProgressNotify(true).build());
		this.stream.create(request("b").setWatchId(2).setProgressNotify(true).build());
		this.stream.create(request("c").setWatchId(3).build());
		this.sink.take(3);
		put("x", "1");
		this.clock.advance(Duration.ofMinutes(10));
		assertThat(this.sink.take(2)).allSatisfy((progress) -> {
			assertThat(progress.getHeader().getRevision()).isEqualTo(2);
			assertThat(progress.getEventsCount()).isZero();
		}).extracting(WatchResponse::getWatchId).containsExactlyInAnyOrder(1L, 2L);
		put("a", "1");
		assertThat(this.sink.take().getEventsCount()).isEqualTo(1);
		this.clock.advance(Duration.ofMinutes(10));
		assertThat(this.sink.take().getWatchId()).isEqualTo(2);
		this.clock.advance(Duration.ofMinutes(10));
		assertThat(this.sink.take(2)).extracting(WatchResponse::getWatchId).containsExactlyInAnyOrder(1L, 2L);
		this.stream.cancel(1);
		this.stream.cancel(2);
		this.sink.take(2);
		this.clock.advance(Duration.ofHours(1));
		create("d");
		assertThat(this.sink.take().getCreated()).isTrue();
	}

	@Test
	void slowReaderFallsBehindAndMissesNothing() {
		create("a");
		create("b");
		this.sink.take(2);
		this.sink.block();
		String large = "x".repeat(10_000);
		for (int i = 0; i < 5000; i++) {
			put("a", i + large);
		}
		assertThat(this.stream.queuedBytes()).isLessThan(2 << 20);
		put("b", "end");
		this.sink.unblock(this.stream);
		List<Long> revisions = new ArrayList<>();
		while (revisions.size() < 5001) {
			WatchResponse answer = this.sink.take();
			assertThat(answer.getSerializedSize()).isLessThan(2 << 20);
			answer.getEventsList().forEach((event) -> revisions.add(event.getKv().getModRevision()));
		}
		assertThat(revisions.stream().filter((revision) -> revision != 5002).toList())
			.containsExactlyElementsOf(IntStream.range(2, 5002).mapToObj((i) -> (long) i).toList());
		put("a", "live");
		assertThat(texts(this.sink.take())).containsExactly("PUT a=live @5003");
	}

	@Test
	void slowReaderWhoseHistoryIsCompactedIsTold() {
		create("a");
		this.sink.take();
		this.sink.block();
		for (int i = 0; i < 5000; i++) {
			put("a", "" + i);
		}
		this.store.compact(5000);
		this.sink.unblock(this.stream);
		long last = 1;
		WatchResponse answer = this.sink.take();
		while (!answer.getCanceled()) {
			for (Event event : answer.getEventsList()) {
				assertThat(event.getKv().getModRevision()).isEqualTo(++last);
			}
			answer = this.sink.take();
		}
		assertThat(last).isGreaterThan(1).isLessThan(5000);
		assertThat(answer.getCompactRevision()).isEqualTo(5000);
	}

	@Test
	void watchOfASlowStreamDoesNotHoldUpOthers() {
		create("a");
		this.sink.block();
		TestSink other = new TestSink();
		this.hub.open(other).create(request("a").build());
		for (int i = 0; i < 3000; i++) {
			put("a", "" + i);
		}
		assertThat(other.take(2).get(1).getHeader().getRevision()).isEqualTo(2);
	}

	@Test
	void fragmentsSplitARevisionBetweenEventsOnlyIfAsked() {
		this.stream.create(request("").setRangeEnd(ZERO).setWatchId(1).setFragment(true).build());
		this.stream.create(request("").setRangeEnd(ZERO).setWatchId(2).build());
		this.sink.take(2);
		ByteString value = ByteString.copyFrom(new byte[300_000]);
		commit((change) -> IntStream.range(0, 20)
			.forEach((i) -> change.put(bytes("key" + (10 + i)), value, 0, false, false)));
		List<WatchResponse> answers = new ArrayList<>();
		while (answers.stream().mapToInt(WatchResponse::getEventsCount).sum() < 40) {
			answers.add(this.sink.take());
		}
		assertThat(ofWatch(answers, 2)).hasSize(1);
		List<WatchResponse> parts = ofWatch(answers, 1);
		assertThat(parts).extracting(WatchResponse::getEventsCount).containsExactly(6, 6, 6, 2);
		assertThat(parts).extracting(WatchResponse::getFragment).containsExactly(true, true, true, false);
		assertThat(parts).allSatisfy((part) -> {
			assertThat(part.getSerializedSize()).isLessThan(2 << 20);
			assertThat(part.getHeader().getRevision()).isEqualTo(2);
		});
		assertThat(parts.stream().flatMap((part) -> part.getEventsList().stream()))
			.containsExactlyElementsOf(ofWatch(answers, 2).get(0).getEventsList());
	}

	@Test
	void singleEventIsNeverSplit() {
		this.stream.create(request("a").setFragment(true).build());
		commit((change) -> change.put(bytes("a"), ByteString.copyFrom(new byte[3 << 20]), 0, false, false));
		assertThat(this.sink.take(2).get(1)).satisfies((whole) -> {
			assertThat(whole.getFragment()).isFalse();
			assertThat(whole.getEventsCount()).isEqualTo(1);
		});
	}

	@Test
	void requestsWaitWhileTooManyAnswersAreQueued() {
		this.sink.block();
		for (int i = 0; i < 127; i++) {
			create("a");
		}
		List<String> ran = new ArrayList<>();
		this.stream.whenRoom(() -> ran.add("at once"));
		assertThat(ran).containsExactly("at once");
		create("a");
		BlockingQueue<String> later = new LinkedBlockingQueue<>();
		this.stream.whenRoom(() -> later.add("later"));
		assertThat(later).isEmpty();
		this.sink.unblock(this.stream);
		await().untilAsserted(() -> assertThat(later).containsExactly("later"));
	}

	@Test
	void failureToSendEndsTheStreamAndFreesItsWatches() {
		create("a");
		this.sink.take();
		this.sink.failure = new IllegalStateException("call is closed");
		put("a", "1");
		await().untilAsserted(() -> assertThat(this.sink.failed).isSameAs(this.sink.failure));
		assertThat(this.hub.watchCount()).isZero();
		put("a", "2");
		assertThat(this.sink.messages).isEmpty();
	}

	@Test
	void tenThousandWatchesOnOneStreamAreCreatedAndWokenOneByOne() {
		long start = System.nanoTime();
		for (int i = 0; i < 10_000; i++) {
			this.stream.create(request("key" + i).setWatchId(i + 1).build());
		}
		assertThat(this.sink.take(10_000)).extracting(WatchResponse::getWatchId)
			.containsExactlyElementsOf(IntStream.rangeClosed(1, 10_000).mapToObj((i) -> (long) i).toList());
		for (int i = 0; i < 10_000; i++) {
			put("key" + i, "1");
		}
		// A watch that falls behind is told later than others, which is its own affair.
		assertThat(this.sink.take(10_000)).extracting(WatchResponse::getWatchId)
			.containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 10_000).mapToObj((i) -> (long) i).toList());
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
		this.stream.close();
		assertThat(this.hub.watchCount()).isZero();
	}

	@Test
	void tenThousandWatchesCatchUpTogether() {
		for (int i = 0; i < 20_000; i++) {
			put("key" + i % 10_000, "" + i);
		}
		long start = System.nanoTime();
		for (int i = 0; i < 10_000; i++) {
			this.stream.create(request("key" + i).setWatchId(i + 1).setStartRevision(2).build());
		}
		int events = 0;
		while (events < 20_000) {
			events += this.sink.take().getEventsCount();
		}
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
	}

	@Test
	void everyWatchOfTheSameRangeGetsEveryEvent() {
		for (int i = 0; i < 5000; i++) {
			this.stream.create(request("").setRangeEnd(ZERO).setWatchId(i + 1).build());
		}
		this.sink.take(5000);
		int[] next = new int[5001];
		for (int i = 0; i < 5; i++) {
			put("a", "" + i);
		}
		for (int events = 0; events < 25_000;) {
			WatchResponse answer = this.sink.take();
			for (Event event : answer.getEventsList()) {
				assertThat(event.getKv().getModRevision()).isEqualTo(2 + next[(int) answer.getWatchId()]++);
				events++;
			}
		}
	}

	private void create(String key) {
		this.stream.create(request(key).build());
	}

	private static WatchCreateRequest.Builder request(String key) {
		return WatchCreateRequest.newBuilder().setKey(bytes(key));
	}

	private void put(String key, String value) {
		commit((change) -> change.put(bytes(key), bytes(value), 0, false, false));
	}

	private void delete(String key) {
		commit((change) -> change.deleteRange(bytes(key), ByteString.EMPTY));
	}

	private void commit(Consumer<Change> content) {
		this.lock.writeLock().lock();
		try (Change change = this.store.begin()) {
			content.accept(change);
			change.commit();
		}
		finally {
			this.lock.writeLock().unlock();
		}
	}

	private <T> T read(Supplier<T> action) {
		this.lock.readLock().lock();
		try {
			return action.get();
		}
		finally {
			this.lock.readLock().unlock();
		}
	}

	private ResponseHeader header() {
		return ResponseHeader.newBuilder().setClusterId(11).setRevision(this.store.revision()).build();
	}

	private static List<WatchResponse> ofWatch(List<WatchResponse> answers, long id) {
		return answers.stream().filter((answer) -> answer.getWatchId() == id).toList();
	}

	private static List<String> events(List<WatchResponse> answers, long id) {
		return ofWatch(answers, id).stream().flatMap((answer) -> texts(answer).stream()).toList();
	}

	private static List<String> texts(WatchResponse answer) {
		return answer.getEventsList().stream().map((event) -> {
			String text = event.getType() + " " + event.getKv().getKey().toStringUtf8() + "="
					+ event.getKv().getValue().toStringUtf8() + " @" + event.getKv().getModRevision();
			return (event.hasPrevKv()) ? text + " was " + event.getPrevKv().getValue().toStringUtf8() : text;
		}).toList();
	}

	private static ByteString bytes(String text) {
		return ByteString.copyFromUtf8(text);
	}

	private static final class TestSink implements WatchStream.Sink {

		private final BlockingQueue<WatchResponse> messages = new LinkedBlockingQueue<>();

		private volatile boolean blocked;

		private volatile @Nullable RuntimeException failure;

		private volatile @Nullable RuntimeException failed;

		void block() {
			this.blocked = true;
		}

		void unblock(WatchStream stream) {
			this.blocked = false;
			stream.ready();
		}

		@Override
		public boolean isReady() {
			return !this.blocked;
		}

		@Override
		public void send(WatchResponse message) {
			RuntimeException thrown = this.failure;
			if (thrown != null) {
				throw thrown;
			}
			this.messages.add(message);
		}

		@Override
		public void fail(RuntimeException cause) {
			this.failed = cause;
		}

		WatchResponse take() {
			try {
				WatchResponse message = this.messages.poll(20, TimeUnit.SECONDS);
				assertThat(message).as("a message within 20 s").isNotNull();
				return message;
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		List<WatchResponse> take(int count) {
			return IntStream.range(0, count).mapToObj((i) -> take()).toList();
		}

	}

}
