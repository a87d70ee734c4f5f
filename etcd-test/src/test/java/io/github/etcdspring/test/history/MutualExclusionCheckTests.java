/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.Outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link MutualExclusionCheck} and {@link LockQueueHistory}.
 */
class MutualExclusionCheckTests {

	private final Script script = new Script();

	private final ModelStore store = this.script.store();

	private List<Violation.Kind> found() {
		return Script.kinds(this.script.checker().mutualExclusion());
	}

	private HolderRecorder begin(String process, long at) {
		return this.script.at(at).history().process(process).acquire("/l");
	}

	private HolderRecorder holder(String process, long begin, long acquired, long token) {
		HolderRecorder holder = begin(process, begin);
		this.script.at(acquired);
		holder.acquired(token);
		return holder;
	}

	private void believes(HolderRecorder holder, long at) {
		this.script.at(at);
		assertThat(holder.believes(() -> true)).isTrue();
	}

	@Test
	void oneAfterTheOtherPasses() {
		long a = this.store.putWithLease("/l/a", "", 1);
		HolderRecorder one = holder("a", 0, 10, a);
		long b = this.store.putWithLease("/l/b", "", 2);
		believes(one, 30);
		long guarded = this.store.put("/data", "1");
		this.script.guarded(20, 30, guarded, one, Write.put("/data", "1"));
		this.store.delete("/l/a");
		HolderRecorder two = holder("b", 15, 40, b);
		believes(two, 50);
		two.believes(() -> false);
		two.lost();
		begin("c", 60);
		assertThat(this.script.checker().all()).isEmpty();
	}

	@Test
	void nothingIsGuardedBeforeTheLockIsHeld() {
		HolderRecorder holder = begin("a", 0);
		assertThatIllegalStateException()
			.isThrownBy(() -> this.script.history().process("a").put("k", "v").guardedBy(holder));
	}

	@Test
	void holderWhoseKeyWasNeverTheOldestIsFound() {
		long a = this.store.put("/l/a", "");
		long b = this.store.put("/l/b", "");
		holder("a", 0, 10, a);
		holder("b", 0, 10, b);
		holder("c", 0, 10, 77);
		assertThat(found()).containsExactly(Violation.Kind.NEVER_HELD, Violation.Kind.NEVER_HELD);
	}

	@Test
	void twoHoldersWithOneTokenAreFound() {
		long a = this.store.put("/l/a", "");
		holder("a", 0, 10, a);
		holder("a", 0, 11, a);
		assertThat(found()).isEmpty();
		holder("b", 0, 10, a);
		assertThat(found()).containsExactly(Violation.Kind.TWO_HOLDERS);
	}

	@Test
	void twoOldestKeysAreFound() {
		long token = this.store.txn(Write.put("/l/a", ""), Write.put("/l/b", ""));
		holder("a", 0, 10, token);
		assertThat(found()).containsExactly(Violation.Kind.TWO_HOLDERS);
	}

	@Test
	void tokenThatHasNotGrownIsFound() {
		long a = this.store.put("/l/a", "");
		long b = this.store.put("/l/b", "");
		this.store.delete("/l/a");
		holder("b", 0, 10, b);
		holder("a", 20, 30, a);
		assertThat(found()).containsExactly(Violation.Kind.TOKEN_NOT_GROWN);
	}

	@Test
	void guardedWriteAfterTheLockWasLostIsFound() {
		long a = this.store.put("/l/a", "");
		HolderRecorder one = holder("a", 0, 10, a);
		this.store.delete("/l/a");
		this.script.guarded(20, 30, this.store.put("/data", "1"), one, Write.put("/data", "1"));
		assertThat(found()).containsExactly(Violation.Kind.UNGUARDED_WRITE);
	}

	@Test
	void guardedWriteOfOneWhoWaitsIsFound() {
		this.store.put("/l/a", "");
		HolderRecorder two = holder("b", 0, 10, this.store.put("/l/b", ""));
		this.script.guarded(20, 30, this.store.put("/data", "1"), two, Write.put("/data", "1"));
		this.store.delete("/l/a");
		assertThat(found()).containsExactly(Violation.Kind.UNGUARDED_WRITE);
	}

	@Test
	void unknownGuardedWriteThatWasAppliedTooLateIsFound() {
		HolderRecorder one = holder("a", 0, 10, this.store.put("/l/a", ""));
		this.store.delete("/l/a");
		this.store.put("/data", "1");
		this.script.add(Call.write("a", Call.Kind.TXN, List.of(Write.put("/data", "1"))).guardedBy(one.guard()), 20,
				new Ending(30, Outcome.UNKNOWN, 0, false, false, List.of(), "timeout"));
		assertThat(found()).containsExactly(Violation.Kind.UNGUARDED_WRITE);
	}

	@Test
	void beliefAfterTheNextWasToldIsFoundUnlessItIsTolerated() {
		HolderRecorder one = holder("a", 0, 10, this.store.put("/l/a", ""));
		long b = this.store.put("/l/b", "");
		this.store.delete("/l/a");
		holder("b", 0, 40, b);
		believes(one, 45);
		assertThat(found()).containsExactly(Violation.Kind.HELD_TOO_LONG);
		assertThat(this.script.checker().tolerance(Duration.ofNanos(5)).mutualExclusion()).isEmpty();
	}

	@Test
	void beliefAfterSomebodyCouldSeeTheNextIsFound() {
		HolderRecorder one = holder("a", 0, 10, this.store.put("/l/a", ""));
		this.store.put("/l/b", "");
		long gone = this.store.delete("/l/a");
		believes(one, 45);
		assertThat(found()).isEmpty();
		this.script.get(20, 44, gone, "k", null);
		assertThat(found()).containsExactly(Violation.Kind.HELD_TOO_LONG);
	}

	@Test
	void beliefAfterTheLossWasToldIsFound() {
		HolderRecorder one = holder("a", 0, 10, this.store.put("/l/a", ""));
		one.lost();
		believes(one, 11);
		assertThat(found()).containsExactly(Violation.Kind.HELD_TOO_LONG);
	}

}
