/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.watch.WatchEvent;

/**
 * Nobody believes in a lease that is known to have ended.
 */
final class LeaseCheck {

	private final ServerHistory truth;

	private final Timeline timeline;

	private final long tolerance;

	private final Violations violations = new Violations();

	LeaseCheck(ServerHistory truth, Timeline timeline, long tolerance) {
		this.truth = truth;
		this.timeline = timeline;
		this.tolerance = tolerance;
	}

	List<Violation> run(List<LeaseRecorder> leases) {
		if (leases.isEmpty()) {
			return List.of();
		}
		Map<LeasedKey, Long> gone = new HashMap<>();
		for (long revision = this.truth.firstRevision(); revision <= this.truth.lastRevision(); revision++) {
			for (WatchEvent event : this.truth.changes(revision)) {
				KeyValue previous = event.previous();
				if (event.isDelete() && previous != null && previous.lease() != 0) {
					gone.putIfAbsent(new LeasedKey(previous.lease(), previous.key()), revision);
				}
			}
		}
		for (LeaseRecorder lease : leases) {
			Long revision = gone.get(new LeasedKey(lease.leaseId(), lease.key()));
			if (revision != null) {
				check(lease, revision);
			}
		}
		return this.violations.list();
	}

	private void check(LeaseRecorder lease, long revision) {
		OptionalLong known = this.timeline.knownBy(revision);
		if (known.isPresent() && lease.believedUntil() > known.getAsLong() + this.tolerance) {
			this.violations.add(Violation.Kind.LEASE_OUTLIVED,
					"Its key was gone at revision " + revision + ", at " + known.getAsLong() + " at the latest", lease);
		}
	}

	/**
	 * A key on a lease.
	 *
	 * @param lease the id of the lease
	 * @param key the key
	 */
	private record LeasedKey(long lease, Bytes key) {
	}

}
