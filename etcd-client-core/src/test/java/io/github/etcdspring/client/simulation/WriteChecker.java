/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A write is applied at most once, and what the application is told of it is true.
 */
final class WriteChecker {

	private WriteChecker() {
	}

	/**
	 * Compare what was told with what happened.
	 * @param writes the writes, each with a value of its own
	 * @param truth the history of the cluster
	 * @param complaints is told what is wrong
	 */
	static void check(List<Write> writes, List<Store.Revision> truth, Consumer<String> complaints) {
		Set<String> values = new HashSet<>();
		writes.forEach((write) -> values.add(String.valueOf(write.value())));
		Map<String, Store.Revision> applied = new HashMap<>();
		for (Store.Revision revision : truth) {
			for (Store.Change change : revision.changes()) {
				String value = change.now().value().toStringUtf8();
				if (values.contains(value) && applied.put(value, revision) != null) {
					complaints
						.accept("applied twice, the second time at revision " + revision.revision() + ": " + value);
				}
			}
		}
		for (Write write : writes) {
			if (write.value() == null) {
				checkDeletion(write, truth, complaints);
			}
			else {
				checkPut(write, applied.get(write.value()), complaints);
			}
		}
	}

	private static void checkPut(Write write, Store.@Nullable Revision applied, Consumer<String> complaints) {
		switch (write.result()) {
			case APPLIED -> {
				if (applied == null || applied.revision() != write.revision()) {
					complaints.accept("told to be applied, but was " + applied + ": " + write);
				}
				else if (applied.time() < write.start() || applied.time() > write.end()) {
					complaints.accept("applied at another time, " + applied + ": " + write);
				}
			}
			case NOT_APPLIED, REFUSED -> {
				if (applied != null) {
					complaints.accept("told not to be applied, but was, at " + applied.revision() + ": " + write);
				}
			}
			case UNKNOWN -> {
				if (applied != null && applied.time() < write.start()) {
					complaints.accept("applied before it was sent: " + write);
				}
			}
			case PENDING -> complaints.accept("never ended: " + write);
		}
	}

	private static void checkDeletion(Write write, List<Store.Revision> truth, Consumer<String> complaints) {
		if (write.result() == Write.Result.PENDING) {
			complaints.accept("never ended: " + write);
		}
		else if (write.result() == Write.Result.APPLIED
				&& (write.revision() < 1 || write.revision() > truth.size() + 1)) {
			complaints.accept("told a revision that does not exist: " + write);
		}
	}

}
