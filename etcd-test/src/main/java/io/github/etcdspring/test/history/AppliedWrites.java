/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.watch.WatchEvent;

/**
 * Where in the history written values are.
 */
final class AppliedWrites {

	private static final long[] NOWHERE = {};

	private final ServerHistory truth;

	private final Set<Bytes> keys = new HashSet<>();

	private final Map<Written, long[]> revisions = new HashMap<>();

	AppliedWrites(List<Operation> operations, ServerHistory truth) {
		this.truth = truth;
		for (Operation operation : operations) {
			operation.call().writes().forEach((write) -> this.keys.add(write.key()));
		}
		for (long revision = truth.firstRevision(); revision <= truth.lastRevision(); revision++) {
			for (WatchEvent event : truth.changes(revision)) {
				KeyValue keyValue = event.keyValue();
				if (event.isPut() && this.keys.contains(keyValue.key())) {
					this.revisions.merge(new Written(keyValue.key(), keyValue.value()), new long[] { revision },
							AppliedWrites::join);
				}
			}
		}
	}

	private static long[] join(long[] known, long[] another) {
		long[] joined = Arrays.copyOf(known, known.length + 1);
		joined[known.length] = another[0];
		return joined;
	}

	/**
	 * Whether operations write a key.
	 * @param key the key
	 * @return whether it is theirs
	 */
	boolean isOurs(Bytes key) {
		return this.keys.contains(key);
	}

	long[] revisionsOf(Bytes key, @Nullable Bytes value) {
		return (value != null) ? this.revisions.getOrDefault(new Written(key, value), NOWHERE) : NOWHERE;
	}

	/**
	 * Return the revision that an operation made: as it was answered or, if nobody knows
	 * whether it was applied, where its value is.
	 * @param operation the operation
	 * @return the revision, 0 if it made none or nobody knows
	 */
	long madeBy(Operation operation) {
		if (operation.applied()) {
			return wroteAt(operation, operation.revision()) ? operation.revision() : 0;
		}
		if (!operation.isUnknown()) {
			return 0;
		}
		for (Write write : operation.call().writes()) {
			long[] found = revisionsOf(write.key(), write.value());
			if (found.length > 0) {
				return found[0];
			}
		}
		return 0;
	}

	// A transaction that finds nothing to delete has no revision of its own.
	private boolean wroteAt(Operation operation, long revision) {
		for (Write write : operation.call().writes()) {
			if (write.isPut()) {
				return true;
			}
			WatchEvent event = this.truth.change(revision, write.key());
			if (event != null && event.isDelete()) {
				return true;
			}
		}
		return false;
	}

	private record Written(Bytes key, Bytes value) {
	}

}
