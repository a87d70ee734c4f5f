/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchEvent;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WatchCheck}.
 */
class WatchCheckTests {

	private static final Header HEADER = new Header(1, 1, 1, 1);

	private final Script script = new Script();

	private final ModelStore store = this.script.store();

	private final WatchRecorder watch = this.script.history().watch("w", KeyRange.prefix("/w/"), 3);

	private final ServerHistory truth;

	WatchCheckTests() {
		this.store.put("/w/a", "1"); // 2, before the watch
		this.store.put("/w/a", "2"); // 3
		this.store.put("/x/a", "1"); // 4, elsewhere
		this.store.txn(Write.put("/w/a", "3"), Write.put("/x/a", "2"), Write.put("/w/b", "1")); // 5
		this.store.delete("/w/a"); // 6
		this.store.put("/x/a", "3"); // 7
		this.store.put("/w/c", "1"); // 8
		this.truth = this.store.truth();
	}

	private List<Violation.Kind> found() {
		return Script.kinds(new HistoryChecker(this.script.history(), this.truth).watches());
	}

	private List<WatchEvent> events(int revision) {
		return this.truth.changes(revision)
			.stream()
			.filter((event) -> event.keyValue().keyAsUtf8().startsWith("/w/"))
			.map((event) -> new WatchEvent(event.type(), event.keyValue(), null))
			.toList();
	}

	private void tell(long revision, List<WatchEvent> events) {
		this.watch.onBatch(new WatchBatch(revision, events, HEADER));
	}

	private void tell(int... revisions) {
		IntStream.of(revisions).forEach((revision) -> tell(revision, events(revision)));
	}

	private void close(long nextRevision) {
		this.watch.onClosed(new WatchClosed(nextRevision, null));
	}

	private static EtcdException compacted(long revision) {
		return Failure.ofRead("watch", StatusCode.OUT_OF_RANGE, Reason.COMPACTED)
			.withCompactedRevision(revision)
			.toException();
	}

	@Test
	void wholeHistoryPasses() {
		tell(3);
		this.watch.onProgress(4);
		tell(5);
		this.watch.bookmark(6);
		tell(6);
		this.watch.onProgress(7);
		this.watch.onProgress(7);
		tell(8);
		close(9);
		assertThat(found()).isEmpty();
		assertThat(this.watch.lastRevision()).isEqualTo(8);
	}

	@Test
	void whatWasNotToldYetIsNoGap() {
		tell(3, 5);
		assertThat(found()).isEmpty();
	}

	@Test
	void missingRevisionIsAGap() {
		tell(3, 6, 8);
		assertThat(found()).containsExactly(Violation.Kind.GAP);
	}

	@Test
	void missingFirstRevisionIsAGap() {
		tell(5, 6, 8);
		assertThat(found()).containsExactly(Violation.Kind.GAP);
	}

	@Test
	void repeatedRevisionIsFound() {
		tell(3, 5, 5, 6);
		assertThat(found()).containsExactly(Violation.Kind.TOLD_TWICE);
	}

	@Test
	void olderRevisionAfterANewerOneIsFound() {
		tell(3, 6, 5, 8);
		assertThat(found()).containsExactly(Violation.Kind.GAP, Violation.Kind.OUT_OF_ORDER);
	}

	@Test
	void partOfARevisionIsFound() {
		tell(3);
		tell(5, events(5).subList(0, 1));
		tell(6);
		assertThat(found()).containsExactly(Violation.Kind.TORN_REVISION);
	}

	@Test
	void revisionInTwoPartsIsFound() {
		tell(3);
		tell(5, events(5).subList(0, 1));
		tell(5, events(5).subList(1, 2));
		assertThat(found()).contains(Violation.Kind.TORN_REVISION, Violation.Kind.TOLD_TWICE);
	}

	@Test
	void changesOfARevisionInAnotherOrderAreFound() {
		tell(3);
		List<WatchEvent> reversed = new ArrayList<>(events(5));
		Collections.reverse(reversed);
		tell(5, reversed);
		assertThat(found()).containsExactly(Violation.Kind.REORDERED);
	}

	@Test
	void changeThatIsToldTwiceIsFound() {
		tell(3);
		List<WatchEvent> doubled = new ArrayList<>(events(5));
		doubled.addAll(events(5));
		tell(5, doubled);
		assertThat(found()).containsExactly(Violation.Kind.TOLD_TWICE);
	}

	@Test
	void eventsThatAreNotThereAreFound() {
		WatchEvent event = events(3).get(0);
		tell(3, List.of(new WatchEvent(event.type(), Script.changed(event.keyValue(), "x"), null)));
		tell(4, List.of(this.truth.changes(4).get(0)));
		tell(100, events(8));
		assertThat(found()).contains(Violation.Kind.WRONG_EVENT)
			.filteredOn(Violation.Kind.WRONG_EVENT::equals)
			.hasSize(3);
	}

	@Test
	void eventsBeforeTheStartAreFound() {
		tell(2);
		assertThat(found()).containsExactly(Violation.Kind.WRONG_EVENT);
	}

	@Test
	void batchWithoutEventsIsFound() {
		tell(3);
		tell(4, List.of());
		assertThat(found()).containsExactly(Violation.Kind.WRONG_EVENT);
	}

	@Test
	void progressAheadOfWhatWasToldIsFound() {
		tell(3);
		this.watch.onProgress(5);
		assertThat(found()).containsExactly(Violation.Kind.WRONG_BOOKMARK);
	}

	@Test
	void eventThatProgressHasPassedIsFound() {
		tell(3);
		this.watch.onProgress(5);
		tell(5);
		assertThat(found()).contains(Violation.Kind.OUT_OF_ORDER);
	}

	@Test
	void progressThatGoesBackIsFound() {
		tell(3);
		this.watch.onProgress(4);
		this.watch.onProgress(3);
		assertThat(found()).containsExactly(Violation.Kind.PROGRESS_BACKWARDS);
	}

	@Test
	void nextRevisionAheadOfWhatWasToldIsFound() {
		tell(3, 5);
		close(7);
		assertThat(found()).containsExactly(Violation.Kind.WRONG_BOOKMARK);
	}

	@Test
	void nextRevisionThatWouldRepeatIsFound() {
		tell(3, 5);
		this.watch.bookmark(5);
		assertThat(found()).containsExactly(Violation.Kind.WRONG_BOOKMARK);
	}

	@Test
	void compactionThatIsReportedIsNoGap() {
		this.script.history().compacted(8);
		tell(3);
		this.watch.onClosed(new WatchClosed(4, compacted(8)));
		WatchRecorder again = this.script.history().watch("again", KeyRange.prefix("/w/"), 8);
		again.onBatch(new WatchBatch(8, events(8), HEADER));
		assertThat(found()).isEmpty();
	}

	@Test
	void compactionThatWasNotIsFound() {
		this.script.history().compacted(7);
		tell(3);
		this.watch.onClosed(new WatchClosed(4, compacted(8)));
		assertThat(found()).containsExactly(Violation.Kind.WRONG_COMPACTION);
	}

	@Test
	void compactionThatDoesNotConcernTheWatchIsFound() {
		this.script.history().compacted(4);
		tell(3, 5, 6);
		this.watch.onClosed(new WatchClosed(7, compacted(4)));
		assertThat(found()).containsExactly(Violation.Kind.WRONG_COMPACTION);
	}

	@Test
	void whatComesAfterTheEndIsFound() {
		tell(3);
		close(4);
		tell(5);
		close(6);
		assertThat(found()).containsExactly(Violation.Kind.AFTER_THE_END, Violation.Kind.AFTER_THE_END);
	}

	@Test
	void statesBeforeAreChecked() {
		this.watch.previousValues();
		tell(3, List.of(this.truth.changes(3).get(0)));
		assertThat(found()).isEmpty();
		tell(5, events(5));
		assertThat(found()).containsExactly(Violation.Kind.WRONG_PREVIOUS);
		this.script.history().compacted(5);
		assertThat(found()).isEmpty();
		WatchEvent event = this.truth.changes(6).get(0);
		tell(6, List.of(new WatchEvent(event.type(), event.keyValue(), this.truth.changes(3).get(0).keyValue())));
		assertThat(found()).containsExactly(Violation.Kind.WRONG_PREVIOUS);
	}

	@Test
	void stateBeforeThatNobodyAskedForIsFound() {
		tell(3, List.of(this.truth.changes(3).get(0)));
		assertThat(found()).containsExactly(Violation.Kind.WRONG_PREVIOUS);
	}

	@Test
	void filtersAreRespected() {
		WatchRecorder deletes = this.script.history().watch("deletes", KeyRange.prefix("/w/"), 2).withoutPuts();
		deletes.onBatch(new WatchBatch(6, events(6), HEADER));
		deletes.onProgress(8);
		WatchRecorder puts = this.script.history().watch("puts", KeyRange.key("/w/a"), 2).withoutDeletes();
		puts.onBatch(new WatchBatch(2, events(2), HEADER));
		puts.onBatch(new WatchBatch(3, events(3), HEADER));
		puts.onBatch(new WatchBatch(5, events(5).subList(0, 1), HEADER));
		puts.onProgress(8);
		assertThat(found()).isEmpty();
		puts.onBatch(new WatchBatch(6, events(6), HEADER));
		assertThat(found()).contains(Violation.Kind.WRONG_EVENT);
	}

	@Test
	void watchFromNowBeginsWhereItSays() {
		WatchRecorder now = this.script.history().watch("now", KeyRange.prefix("/w/"), 0);
		now.onBatch(new WatchBatch(6, events(6), HEADER));
		assertThat(found()).isEmpty();
		now.startedAt(5);
		assertThat(found()).containsExactly(Violation.Kind.GAP);
	}

}
