/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.watch.WatchEvent;

/**
 * Every write is in the history as often as it may be, and nothing else is.
 */
final class AtMostOnceCheck {

	private final List<Operation> operations;

	private final ServerHistory truth;

	private final AppliedWrites applied;

	private final Violations violations = new Violations();

	private final Map<Long, Operation> madeBy = new HashMap<>();

	/** Deletions of a key that may have been applied, as long as nothing shows which. */
	private final Map<Bytes, Integer> doubtfulDeletes = new HashMap<>();

	AtMostOnceCheck(List<Operation> operations, ServerHistory truth, AppliedWrites applied) {
		this.operations = operations;
		this.truth = truth;
		this.applied = applied;
	}

	List<Violation> run() {
		checkUnique();
		this.operations.forEach(this::check);
		checkEvents();
		return this.violations.list();
	}

	private void checkUnique() {
		Map<Write, Operation> known = new HashMap<>();
		for (Operation operation : this.operations) {
			for (Write write : operation.call().writes()) {
				Operation other = write.isPut() ? known.putIfAbsent(write, operation) : null;
				if (other != null) {
					this.violations.add(Violation.Kind.VALUE_NOT_UNIQUE, "Two operations write the same value", other,
							operation);
				}
			}
		}
	}

	private void check(Operation operation) {
		if (operation.applied()) {
			checkApplied(operation);
		}
		else if (operation.isUnknown()) {
			checkUnknown(operation);
		}
		else {
			for (Write write : operation.call().writes()) {
				long[] revisions = this.applied.revisionsOf(write.key(), write.value());
				if (revisions.length > 0) {
					this.violations.add(Violation.Kind.APPLIED_THOUGH_NOT,
							"What was not to be applied is there at " + Arrays.toString(revisions), operation);
				}
			}
		}
	}

	private void checkApplied(Operation operation) {
		long revision = this.applied.madeBy(operation);
		if (revision != 0) {
			claim(revision, operation);
		}
		for (Write write : operation.call().writes()) {
			if (write.isPut()) {
				checkPut(operation, write);
			}
			else {
				checkDelete(operation, write);
			}
		}
	}

	private void checkPut(Operation operation, Write write) {
		long[] revisions = this.applied.revisionsOf(write.key(), write.value());
		long revision = operation.revision();
		if (revision < this.truth.firstRevision()) {
			return;
		}
		if (revisions.length > 1) {
			this.violations.add(Violation.Kind.APPLIED_TWICE, "It is there at " + Arrays.toString(revisions),
					operation);
		}
		else if (revisions.length == 0) {
			this.violations.add(Violation.Kind.MISSING_WRITE,
					"It succeeded and is not in the history, which ends at " + this.truth.lastRevision(), operation);
		}
		else if (revisions[0] != revision) {
			this.violations.add(Violation.Kind.WRONG_REVISION,
					"It was answered with " + revision + " and is there at " + revisions[0], operation);
		}
	}

	private void checkDelete(Operation operation, Write write) {
		long revision = operation.revision();
		if (revision < this.truth.firstRevision()) {
			return;
		}
		WatchEvent event = this.truth.change(revision, write.key());
		// Within a transaction there may have been nothing to delete.
		if (operation.call().kind() == Call.Kind.DELETE && (event == null || !event.isDelete())) {
			this.violations.add(Violation.Kind.MISSING_WRITE,
					"It deleted a key and is not in the history at " + revision, operation);
		}
	}

	private void checkUnknown(Operation operation) {
		long made = 0;
		int puts = 0;
		int found = 0;
		for (Write write : operation.call().writes()) {
			if (!write.isPut()) {
				continue;
			}
			puts++;
			long[] revisions = this.applied.revisionsOf(write.key(), write.value());
			if (revisions.length > 1) {
				this.violations.add(Violation.Kind.APPLIED_TWICE, "It is there at " + Arrays.toString(revisions),
						operation);
			}
			if (revisions.length > 0) {
				if (found > 0 && revisions[0] != made) {
					this.violations.add(Violation.Kind.TORN_TRANSACTION,
							"Its changes are there at " + made + " and at " + revisions[0], operation);
				}
				made = revisions[0];
				found++;
			}
		}
		if (found > 0) {
			if (found < puts) {
				this.violations.add(Violation.Kind.TORN_TRANSACTION,
						"Of its " + puts + " puts " + found + " are there at " + made, operation);
			}
			claim(made, operation);
		}
		else if (puts == 0) {
			operation.call().writes().forEach((write) -> this.doubtfulDeletes.merge(write.key(), 1, Integer::sum));
		}
	}

	private void claim(long revision, Operation operation) {
		Operation other = this.madeBy.putIfAbsent(revision, operation);
		if (other != null) {
			this.violations.add(Violation.Kind.WRONG_REVISION, "Two operations have made revision " + revision, other,
					operation);
		}
	}

	private void checkEvents() {
		for (long revision = this.truth.firstRevision(); revision <= this.truth.lastRevision(); revision++) {
			Operation maker = this.madeBy.get(revision);
			for (WatchEvent event : this.truth.changes(revision)) {
				KeyValue keyValue = event.keyValue();
				if (!this.applied.isOurs(keyValue.key())) {
					continue;
				}
				boolean explained = event.isPut() ? isWritten(maker, keyValue) : isDeleted(maker, event);
				if (!explained) {
					String description = "Nobody is known to have made this change at " + revision;
					Line line = new Line("truth").with("revision", revision).with(event);
					this.violations.add(Violation.Kind.UNEXPLAINED_EVENT, description,
							(maker != null) ? new Object[] { line, maker } : new Object[] { line });
				}
			}
		}
	}

	private static boolean isWritten(@Nullable Operation maker, KeyValue keyValue) {
		return maker != null && maker.call().writes().contains(new Write(keyValue.key(), keyValue.value()));
	}

	private boolean isDeleted(@Nullable Operation maker, WatchEvent event) {
		Bytes key = event.keyValue().key();
		if (maker != null && maker.call().writes().contains(new Write(key, null))) {
			return true;
		}
		KeyValue previous = event.previous();
		if (previous != null && previous.lease() != 0) {
			return true;
		}
		Integer doubtful = this.doubtfulDeletes.get(key);
		if (doubtful == null || doubtful == 0) {
			return false;
		}
		this.doubtfulDeletes.put(key, doubtful - 1);
		return true;
	}

}
