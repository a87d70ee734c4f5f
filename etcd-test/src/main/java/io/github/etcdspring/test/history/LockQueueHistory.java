/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.watch.WatchEvent;

/**
 * Who had a lock, as the history of its queue tells: at each revision the owner of the
 * oldest key.
 */
final class LockQueueHistory {

	private final KeyRange range;

	private final Violations violations;

	private final TreeMap<Long, Bytes> queue = new TreeMap<>();

	private final Map<Long, Tenure> byToken = new HashMap<>();

	private final List<Tenure> tenures = new ArrayList<>();

	private @Nullable Tenure current;

	LockQueueHistory(String lock, ServerHistory truth, Violations violations) {
		this.range = KeyRange.prefix(lock + "/");
		this.violations = violations;
		for (KeyValue keyValue : truth.before()) {
			if (this.range.contains(keyValue.key())) {
				enter(keyValue);
			}
		}
		update(truth.firstRevision() - 1);
		for (long revision = truth.firstRevision(); revision <= truth.lastRevision(); revision++) {
			if (apply(truth.changes(revision))) {
				update(revision);
			}
		}
		if (this.current != null) {
			end(this.current, Long.MAX_VALUE);
		}
	}

	private boolean apply(List<WatchEvent> events) {
		boolean changed = false;
		for (WatchEvent event : events) {
			if (!this.range.contains(event.keyValue().key())) {
				continue;
			}
			changed = true;
			KeyValue previous = event.previous();
			if (event.isPut()) {
				enter(event.keyValue());
			}
			else if (previous != null) {
				this.queue.remove(previous.createRevision());
			}
		}
		return changed;
	}

	private void enter(KeyValue keyValue) {
		Bytes other = this.queue.put(keyValue.createRevision(), keyValue.key());
		if (other != null && !other.equals(keyValue.key())) {
			this.violations.add(Violation.Kind.TWO_HOLDERS,
					"Two keys of the queue were created at revision " + keyValue.createRevision(),
					new Line("queue").with("key", other, "").with("key", keyValue.key(), ""));
		}
	}

	private void update(long revision) {
		Long oldest = this.queue.isEmpty() ? null : this.queue.firstKey();
		Tenure current = this.current;
		if (current != null && (oldest == null || current.token() != oldest)) {
			end(current, revision);
			current = null;
			this.current = null;
		}
		if (current == null && oldest != null) {
			this.current = new Tenure(oldest, revision, Long.MAX_VALUE);
		}
	}

	private void end(Tenure tenure, long until) {
		Tenure ended = new Tenure(tenure.token(), tenure.from(), until);
		this.byToken.put(ended.token(), ended);
		this.tenures.add(ended);
	}

	/**
	 * Find when a key was the oldest.
	 * @param token the revision that created the key
	 * @return when, {@code null} if never
	 */
	@Nullable Tenure byToken(long token) {
		return this.byToken.get(token);
	}

	/**
	 * Find who had the lock next.
	 * @param tenure the one before
	 * @return the next, {@code null} if there was none
	 */
	@Nullable Tenure after(Tenure tenure) {
		int low = 0;
		int high = this.tenures.size();
		while (low < high) {
			int middle = (low + high) >>> 1;
			if (this.tenures.get(middle).from() > tenure.from()) {
				high = middle;
			}
			else {
				low = middle + 1;
			}
		}
		return (low < this.tenures.size()) ? this.tenures.get(low) : null;
	}

	/**
	 * The time as the owner of the oldest key.
	 *
	 * @param token the revision that created the key
	 * @param from the first revision at which it was the oldest
	 * @param until the revision that deleted it
	 */
	record Tenure(long token, long from, long until) {
	}

}
