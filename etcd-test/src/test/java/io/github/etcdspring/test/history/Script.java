/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.Outcome;

/**
 * A history written by hand: each operation with the times of its begin and end.
 */
class Script {

	private long now;

	private final History history = new History(() -> this.now);

	private final ModelStore store = new ModelStore();

	ModelStore store() {
		return this.store;
	}

	History history() {
		return this.history;
	}

	/**
	 * Set the clock for what is recorded by recorders.
	 * @param now the time
	 * @return this script
	 */
	Script at(long now) {
		this.now = now;
		return this;
	}

	HistoryChecker checker() {
		return new HistoryChecker(this.history, this.store.truth());
	}

	Script write(long begin, long end, long revision, Write... writes) {
		return add(write(writes), begin, succeeded(end, revision, true));
	}

	Script writeFails(long begin, long end, Outcome outcome, Write... writes) {
		return add(write(writes), begin, new Ending(end, outcome, 0, false, false, List.of(), "failed"));
	}

	Script writeNeverEnds(long begin, Write... writes) {
		return add(write(writes), begin, null);
	}

	Script comparisonFails(long begin, long end, long revision, Write... writes) {
		return add(Call.write("p", Call.Kind.TXN, List.of(writes)), begin, succeeded(end, revision, false));
	}

	Script compareAndSet(long begin, long end, long revision, boolean applied, Write write, long modRevision) {
		return add(Call.write("p", Call.Kind.TXN, List.of(write)).when(new Call.Condition(write.key(), modRevision)),
				begin, succeeded(end, revision, applied));
	}

	Script deletesNothing(long begin, long end, long revision, String key) {
		return add(write(Write.delete(key)), begin, succeeded(end, revision, false));
	}

	Script guarded(long begin, long end, long revision, HolderRecorder holder, Write... writes) {
		return add(Call.write("p", Call.Kind.TXN, List.of(writes)).guardedBy(holder.guard()), begin,
				succeeded(end, revision, true));
	}

	Script get(long begin, long end, long revision, String key, @Nullable KeyValue found) {
		return add(Call.read("p", KeyRange.key(key), false, 0), begin, found(end, revision, found));
	}

	Script getSerializable(long begin, long end, long revision, String key, @Nullable KeyValue found) {
		return add(Call.read("p", KeyRange.key(key), true, 0), begin, found(end, revision, found));
	}

	Script getAt(long begin, long end, long revision, String key, long at, @Nullable KeyValue found) {
		return add(Call.read("p", KeyRange.key(key), false, at), begin, found(end, revision, found));
	}

	Script getAll(long begin, long end, long revision, String prefix, boolean more, List<KeyValue> found) {
		return add(Call.read("p", KeyRange.prefix(prefix), false, 0), begin,
				new Ending(end, null, revision, false, more, found, null));
	}

	Script add(Call call, long begin, @Nullable Ending ending) {
		this.history.add(new Operation(call, begin, ending));
		return this;
	}

	private static Call write(Write... writes) {
		Call.Kind kind = Call.Kind.TXN;
		if (writes.length == 1) {
			kind = writes[0].isPut() ? Call.Kind.PUT : Call.Kind.DELETE;
		}
		return Call.write("p", kind, List.of(writes));
	}

	private static Ending succeeded(long end, long revision, boolean applied) {
		return new Ending(end, null, revision, applied, false, List.of(), null);
	}

	private static Ending found(long end, long revision, @Nullable KeyValue found) {
		return new Ending(end, null, revision, false, false, (found != null) ? List.of(found) : List.of(), null);
	}

	static List<Violation.Kind> kinds(List<Violation> violations) {
		return new ArrayList<>(violations.stream().map(Violation::kind).toList());
	}

	static KeyValue changed(KeyValue keyValue, String value) {
		return new KeyValue(keyValue.key(), Bytes.utf8(value), keyValue.createRevision(), keyValue.modRevision(),
				keyValue.version(), keyValue.lease());
	}

	static <T> List<T> without(List<T> list, int index) {
		List<T> copy = new ArrayList<>(list);
		copy.remove(index);
		return copy;
	}

}
