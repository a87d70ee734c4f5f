/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.Outcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LinearizabilityCheck}.
 */
class LinearizabilityCheckTests {

	private final Script script = new Script();

	private final ModelStore store = this.script.store();

	private final long one = this.store.put("k", "1");

	private final KeyValue first = Objects.requireNonNull(this.store.get("k"));

	private final long two = this.store.put("k", "2");

	private final KeyValue second = Objects.requireNonNull(this.store.get("k"));

	private List<Violation.Kind> found() {
		return Script.kinds(this.script.checker().linearizable());
	}

	private Script written() {
		return this.script.write(10, 20, this.one, Write.put("k", "1")).write(30, 40, this.two, Write.put("k", "2"));
	}

	@Test
	void readsOfWhatWasThereMeanwhilePass() {
		written().get(5, 15, 1, "k", null)
			.get(5, 15, this.one, "k", this.first)
			.get(25, 35, this.one, "k", this.first)
			.get(25, 35, this.two, "k", this.second)
			.get(41, 42, this.two, "k", this.second)
			.get(41, 42, this.two, "nothing", null)
			.getSerializable(41, 42, 1, "k", null)
			.getAt(41, 42, this.two, "k", this.one, this.first)
			.getAll(41, 42, this.two, "", false, List.of(this.second));
		assertThat(found()).isEmpty();
	}

	@Test
	void readThatMissesAnAcknowledgedWriteIsStale() {
		written().get(41, 42, this.one, "k", this.first);
		assertThat(this.script.checker().linearizable()).singleElement().satisfies((violation) -> {
			assertThat(violation.kind()).isEqualTo(Violation.Kind.STALE_READ);
			assertThat(violation.evidence()).hasSize(2).allMatch((line) -> line.startsWith("op begin="));
		});
	}

	@Test
	void readThatMissesWhatAnotherReadSawIsStale() {
		this.script.writeFails(10, 20, Outcome.UNKNOWN, Write.put("k", "2"))
			.get(30, 40, this.two, "k", this.second)
			.get(50, 60, this.one, "k", this.first);
		assertThat(found()).containsExactly(Violation.Kind.STALE_READ);
	}

	@Test
	void failedComparisonOfAnOldStateIsStale() {
		written().comparisonFails(50, 60, this.one, Write.put("k", "3"));
		assertThat(found()).containsExactly(Violation.Kind.STALE_READ);
	}

	@Test
	void anotherValueThanAtItsRevisionIsFound() {
		written().get(35, 45, this.two, "k", this.first);
		assertThat(found()).containsExactly(Violation.Kind.WRONG_STATE);
	}

	@Test
	void nothingWhereSomethingIsAndTheOtherWayRoundIsFound() {
		written().get(35, 45, this.two, "k", null).get(35, 45, this.two, "other", this.second);
		assertThat(found()).containsExactly(Violation.Kind.WRONG_STATE, Violation.Kind.WRONG_STATE);
	}

	@Test
	void serializableReadOfAStateThatNeverWasIsFound() {
		written().getSerializable(41, 42, this.one, "k", Script.changed(this.first, "x"));
		assertThat(found()).containsExactly(Violation.Kind.WRONG_STATE);
	}

	@Test
	void readOfAnotherRevisionThanAskedForIsFound() {
		written().getAt(41, 42, this.two, "k", this.one, this.second);
		assertThat(found()).containsExactly(Violation.Kind.WRONG_STATE);
	}

	@Test
	void rangeWithTooManyOrTooFewKeysIsFound() {
		long revision = this.store.put("l", "1");
		List<KeyValue> all = this.store.getAll("");
		written().getAll(41, 42, revision, "", false, all)
			.getAll(41, 42, revision, "", true, all.subList(0, 1))
			.getAll(41, 42, revision, "", false, all.subList(0, 1))
			.getAll(41, 42, revision, "", false, all.subList(1, 2))
			.getAll(41, 42, this.two, "", false, all);
		assertThat(found()).hasSize(3).containsOnly(Violation.Kind.WRONG_STATE);
	}

	@Test
	void readOfARevisionThatNeverWasIsFound() {
		written().get(41, 42, this.two + 1, "k", this.second);
		assertThat(found()).containsExactly(Violation.Kind.FROM_THE_FUTURE);
	}

	@Test
	void readThatSawAWriteThatBeganLaterIsFound() {
		written().get(21, 29, this.two, "k", this.second);
		assertThat(found()).containsExactly(Violation.Kind.FROM_THE_FUTURE);
	}

	@Test
	void readThatSawAnUnknownWriteThatBeganLaterIsFound() {
		this.script.writeFails(30, 40, Outcome.UNKNOWN, Write.put("k", "2")).get(21, 29, this.two, "k", this.second);
		assertThat(found()).containsExactly(Violation.Kind.FROM_THE_FUTURE);
	}

	@Test
	void writeThatIsOlderThanOneBeforeIsFound() {
		this.script.write(30, 40, this.one, Write.put("k", "1")).write(10, 20, this.two, Write.put("k", "2"));
		assertThat(found()).containsExactly(Violation.Kind.WRITE_ORDER);
	}

	@Test
	void comparisonIsCheckedAgainstTheStateBefore() {
		long three = this.store.put("k", "3");
		written().compareAndSet(50, 60, three, true, Write.put("k", "3"), this.two)
			.compareAndSet(70, 80, three, false, Write.put("k", "4"), this.two);
		assertThat(found()).isEmpty();
		this.script.compareAndSet(45, 60, three, true, Write.put("k", "3"), this.one)
			.compareAndSet(70, 80, three, false, Write.put("k", "5"), three);
		assertThat(found()).containsExactly(Violation.Kind.WRONG_STATE, Violation.Kind.WRONG_STATE);
	}

	@Test
	void deletionThatDoesNotFindWhatIsThereIsFound() {
		written().deletesNothing(50, 60, this.two, "nothing");
		assertThat(found()).isEmpty();
		this.script.deletesNothing(50, 60, this.two, "k");
		assertThat(found()).containsExactly(Violation.Kind.WRONG_STATE);
	}

	@Test
	void historyMayBeginLater() {
		written().get(41, 42, this.two, "k", this.second).get(11, 12, this.one, "k", this.first);
		ServerHistory truth = new ServerHistory(List.of(this.first), this.two,
				this.store.changes().subList(1, this.store.changes().size()));
		assertThat(new HistoryChecker(this.script.history(), truth).all()).isEmpty();
	}

}
