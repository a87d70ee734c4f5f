/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.Outcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AtMostOnceCheck}.
 */
class AtMostOnceCheckTests {

	private final Script script = new Script();

	private final ModelStore store = this.script.store();

	private List<Violation.Kind> found() {
		return Script.kinds(this.script.checker().atMostOnce());
	}

	@Test
	void whatItsResultsSayPasses() {
		this.script.write(0, 1, this.store.put("k", "1"), Write.put("k", "1"));
		this.store.put("k", "2");
		this.script.writeFails(2, 3, Outcome.UNKNOWN, Write.put("k", "2"));
		this.script.writeFails(4, 5, Outcome.UNKNOWN, Write.put("k", "3"));
		this.script.writeFails(6, 7, Outcome.NOT_APPLIED, Write.put("k", "4"));
		this.script.comparisonFails(8, 9, this.store.revision(), Write.put("k", "5"));
		this.script.write(10, 11, this.store.delete("k"), Write.delete("k"));
		this.script.deletesNothing(12, 13, this.store.revision(), "k");
		this.script.write(14, 15, this.store.txn(Write.put("a", "1"), Write.put("b", "1"), Write.delete("c")),
				Write.put("a", "1"), Write.put("b", "1"), Write.delete("c"));
		this.store.delete("a");
		this.script.writeFails(16, 17, Outcome.UNKNOWN, Write.delete("a"));
		this.store.put("b", "2");
		this.script.writeNeverEnds(18, Write.put("b", "2"));
		this.store.put("others", "keys");
		this.store.putWithLease("leased", "1", 7);
		this.script.writeFails(19, 20, Outcome.UNKNOWN, Write.put("leased", "1"));
		this.store.delete("leased");
		assertThat(this.script.checker().all()).isEmpty();
	}

	@Test
	void valueThatIsWrittenTwiceIsAMistakeOfTheTest() {
		this.script.write(0, 1, this.store.put("k", "1"), Write.put("k", "1"));
		this.script.writeFails(2, 3, Outcome.NOT_APPLIED, Write.put("k", "1"));
		assertThat(found()).contains(Violation.Kind.VALUE_NOT_UNIQUE);
	}

	@Test
	void writeThatIsAppliedTwiceIsFound() {
		this.script.write(0, 1, this.store.put("k", "1"), Write.put("k", "1"));
		this.store.put("k", "1");
		assertThat(found()).contains(Violation.Kind.APPLIED_TWICE);
	}

	@Test
	void unknownWriteThatIsAppliedTwiceIsFound() {
		this.script.writeFails(0, 1, Outcome.UNKNOWN, Write.put("k", "1"));
		this.store.put("k", "1");
		this.store.put("k", "1");
		assertThat(found()).contains(Violation.Kind.APPLIED_TWICE);
	}

	@Test
	void writeThatIsAppliedThoughItWasRefusedIsFound() {
		this.script.writeFails(0, 1, Outcome.NOT_APPLIED, Write.put("k", "1"));
		this.store.put("k", "1");
		assertThat(found()).contains(Violation.Kind.APPLIED_THOUGH_NOT);
	}

	@Test
	void writeThatIsAppliedThoughItsComparisonFailedIsFound() {
		this.script.comparisonFails(0, 1, 1, Write.put("k", "1"));
		this.store.put("k", "1");
		assertThat(found()).contains(Violation.Kind.APPLIED_THOUGH_NOT);
	}

	@Test
	void lostWriteIsFoundWithTheOperation() {
		this.store.put("k", "0");
		this.script.writeFails(0, 1, Outcome.UNKNOWN, Write.put("k", "0"));
		this.script.write(2, 3, 2, Write.put("k", "lost"));
		assertThat(this.script.checker().atMostOnce()).anySatisfy((violation) -> {
			assertThat(violation.kind()).isEqualTo(Violation.Kind.MISSING_WRITE);
			assertThat(violation.evidence()).hasSize(1);
			assertThat(violation.evidence().get(0)).contains("write=k,lost").contains("revision=2");
		});
	}

	@Test
	void lostDeletionIsFound() {
		this.store.put("others", "1");
		this.script.write(0, 1, 2, Write.delete("k"));
		assertThat(found()).containsExactly(Violation.Kind.MISSING_WRITE);
	}

	@Test
	void writeThatIsElsewhereThanAnsweredIsFound() {
		this.store.put("k", "1");
		this.store.put("others", "1");
		this.script.write(0, 1, 3, Write.put("k", "1"));
		assertThat(found()).contains(Violation.Kind.WRONG_REVISION);
	}

	@Test
	void twoWritesWithOneRevisionAreFound() {
		long revision = this.store.txn(Write.put("a", "1"), Write.put("b", "1"));
		this.script.write(0, 1, revision, Write.put("a", "1"));
		this.script.write(0, 1, revision, Write.put("b", "1"));
		assertThat(found()).contains(Violation.Kind.WRONG_REVISION);
	}

	@Test
	void transactionWithAMissingPartIsFound() {
		this.store.put("a", "1");
		this.script.writeFails(0, 1, Outcome.UNKNOWN, Write.put("a", "1"), Write.put("b", "1"));
		assertThat(found()).containsExactly(Violation.Kind.TORN_TRANSACTION);
	}

	@Test
	void transactionAtTwoRevisionsIsFound() {
		this.store.put("a", "1");
		this.store.put("b", "1");
		this.script.writeFails(0, 1, Outcome.UNKNOWN, Write.put("a", "1"), Write.put("b", "1"));
		assertThat(found()).contains(Violation.Kind.TORN_TRANSACTION);
	}

	@Test
	void valueThatNobodyWroteIsFound() {
		this.script.write(0, 1, this.store.put("k", "1"), Write.put("k", "1"));
		this.store.put("k", "2");
		assertThat(found()).containsExactly(Violation.Kind.UNEXPLAINED_EVENT);
	}

	@Test
	void deletionThatNobodyMadeIsFound() {
		this.script.write(0, 1, this.store.put("k", "1"), Write.put("k", "1"));
		this.script.writeFails(2, 3, Outcome.NOT_APPLIED, Write.delete("k"));
		this.store.delete("k");
		assertThat(found()).containsExactly(Violation.Kind.UNEXPLAINED_EVENT);
	}

	@Test
	void unknownDeletionThatIsAppliedTwiceIsFound() {
		this.script.write(0, 1, this.store.put("k", "1"), Write.put("k", "1"));
		this.store.delete("k");
		this.script.write(2, 3, this.store.put("k", "2"), Write.put("k", "2"));
		this.store.delete("k");
		this.script.writeFails(1, 2, Outcome.UNKNOWN, Write.delete("k"));
		assertThat(found()).containsExactly(Violation.Kind.UNEXPLAINED_EVENT);
	}

	@Test
	void onlyTheFirstViolationsAreReported() {
		for (int i = 0; i < 1000; i++) {
			this.script.write(i, i, this.store.revision(), Write.put("k", "" + i));
		}
		assertThat(found()).hasSize(Violations.MOST);
	}

}
