/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.watch.WatchEvent;

/**
 * Every answer fits to the state at its revision, and the order of revisions to the order
 * of time. Revisions are the order in which operations took effect, so none has to be
 * searched for.
 */
final class LinearizabilityCheck {

	private static final Bytes OPEN_END = KeyRange.all().end();

	private final List<Operation> operations;

	private final ServerHistory truth;

	private final AppliedWrites applied;

	private final Violations violations = new Violations();

	private final TreeMap<Bytes, KeyValue> state = new TreeMap<>();

	LinearizabilityCheck(List<Operation> operations, ServerHistory truth, AppliedWrites applied) {
		this.operations = operations;
		this.truth = truth;
		this.applied = applied;
	}

	List<Violation> run() {
		checkTime();
		checkStates();
		return this.violations.list();
	}

	private void checkTime() {
		List<Moment> moments = new ArrayList<>();
		for (Operation operation : this.operations) {
			long made = this.applied.madeBy(operation);
			if (made != 0 || operation.succeeded()) {
				moments.add(new Moment(operation, (made != 0) ? made : operation.revision(), made != 0));
			}
		}
		List<Moment> byEnd = new ArrayList<>(moments);
		byEnd.sort(Comparator.comparingLong((moment) -> moment.operation().end()));
		moments.sort(Comparator.comparingLong((moment) -> moment.operation().begin()));
		Moment newest = null;
		int ended = 0;
		for (Moment moment : moments) {
			while (ended < byEnd.size() && byEnd.get(ended).operation().end() < moment.operation().begin()) {
				Moment before = byEnd.get(ended);
				if (newest == null || before.revision() > newest.revision()) {
					newest = before;
				}
				ended++;
			}
			if (newest != null) {
				check(newest, moment);
			}
		}
	}

	private void check(Moment before, Moment after) {
		// A write is newer than what was there before; a read may be as new.
		long least = after.write() ? before.revision() + 1 : before.revision();
		if (after.revision() >= least || after.operation().call().serializable()) {
			return;
		}
		Violation.Kind kind = Violation.Kind.STALE_READ;
		if (after.write()) {
			kind = before.write() ? Violation.Kind.WRITE_ORDER : Violation.Kind.FROM_THE_FUTURE;
		}
		this.violations.add(kind, "Revision " + before.revision()
				+ " was acknowledged before an operation began that has " + after.revision(), before.operation(),
				after.operation());
	}

	private void checkStates() {
		List<Question> questions = new ArrayList<>();
		for (Operation operation : this.operations) {
			if (operation.succeeded()) {
				questions.add(new Question(operation, stateOf(operation)));
			}
		}
		questions.sort(Comparator.comparingLong(Question::revision));
		this.truth.before().forEach((keyValue) -> this.state.put(keyValue.key(), keyValue));
		long revision = this.truth.firstRevision() - 1;
		for (Question question : questions) {
			Operation operation = question.operation();
			if (operation.revision() > this.truth.lastRevision() || question.revision() > this.truth.lastRevision()) {
				this.violations.add(Violation.Kind.FROM_THE_FUTURE,
						"The history ends at revision " + this.truth.lastRevision(), operation);
				continue;
			}
			while (revision < question.revision()) {
				revision++;
				apply(this.truth.changes(revision));
			}
			if (revision == question.revision()) {
				check(operation);
			}
		}
	}

	/**
	 * Return the revision whose state an operation saw.
	 * @param operation the operation, which succeeded
	 * @return the revision
	 */
	private static long stateOf(Operation operation) {
		if (operation.call().atRevision() != 0) {
			return operation.call().atRevision();
		}
		boolean sawStateBefore = operation.call().condition() != null && operation.applied();
		return sawStateBefore ? operation.revision() - 1 : operation.revision();
	}

	private void apply(List<WatchEvent> events) {
		for (WatchEvent event : events) {
			if (event.isPut()) {
				this.state.put(event.keyValue().key(), event.keyValue());
			}
			else {
				this.state.remove(event.keyValue().key());
			}
		}
	}

	private void check(Operation operation) {
		Call call = operation.call();
		Ending ending = operation.ending();
		if (call.range() != null && ending != null) {
			checkRead(operation, call.range(), ending);
		}
		if (call.kind() == Call.Kind.DELETE && !operation.applied()) {
			KeyValue found = this.state.get(call.writes().get(0).key());
			if (found != null) {
				violation("The key that it did not find was there", found, operation);
			}
		}
		if (call.condition() != null) {
			KeyValue found = this.state.get(call.condition().key());
			boolean holds = ((found != null) ? found.modRevision() : 0) == call.condition().modRevision();
			if (holds != operation.applied()) {
				violation("Its comparison was to " + (holds ? "hold" : "fail"), found, operation);
			}
		}
	}

	private void checkRead(Operation operation, KeyRange range, Ending ending) {
		List<KeyValue> found = ending.found();
		if (range.isSingleKey()) {
			KeyValue expected = this.state.get(range.start());
			if (found.size() > 1 || !Objects.equals(expected, found.isEmpty() ? null : found.get(0))) {
				violation("It is not the state at its revision", expected, operation);
			}
			return;
		}
		SortedMap<Bytes, KeyValue> expected = range.end().equals(OPEN_END) ? this.state.tailMap(range.start())
				: this.state.subMap(range.start(), range.end());
		List<KeyValue> sorted = new ArrayList<>(found);
		sorted.sort(Comparator.comparing(KeyValue::key));
		Iterator<Map.Entry<Bytes, KeyValue>> there = expected.entrySet().iterator();
		for (KeyValue keyValue : sorted) {
			KeyValue next = there.hasNext() ? there.next().getValue() : null;
			if (!keyValue.equals(next)) {
				violation("It is not the state at its revision", next, operation);
				return;
			}
		}
		if (there.hasNext() != ending.more()) {
			violation("It is not the state at its revision", there.hasNext() ? there.next().getValue() : null,
					operation);
		}
	}

	private void violation(String description, @Nullable KeyValue there, Operation operation) {
		if (there != null) {
			this.violations.add(Violation.Kind.WRONG_STATE, description, new Line("state").with("there", there),
					operation);
		}
		else {
			this.violations.add(Violation.Kind.WRONG_STATE, description, new Line("state"), operation);
		}
	}

	/**
	 * An operation in time.
	 *
	 * @param operation the operation
	 * @param revision its revision
	 * @param write whether it made the revision
	 */
	private record Moment(Operation operation, long revision, boolean write) {
	}

	/**
	 * An operation that tells something about a state.
	 *
	 * @param operation the operation
	 * @param revision the revision of the state
	 */
	private record Question(Operation operation, long revision) {
	}

}
