/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * By when revisions are known to have existed: somebody had been told of them, or of a
 * later one.
 */
final class Timeline {

	private final TreeMap<Long, Long> knownBy = new TreeMap<>();

	Timeline(History history, List<Operation> operations) {
		List<Sighting> sightings = new ArrayList<>();
		for (Operation operation : operations) {
			if (operation.succeeded()) {
				sightings.add(new Sighting(operation.revision(), operation.end()));
			}
		}
		for (WatchRecorder watch : history.watches()) {
			for (Delivery delivery : watch.deliveries()) {
				if (delivery.kind() == Delivery.Kind.BATCH) {
					sightings.add(new Sighting(delivery.revision(), delivery.at()));
				}
			}
		}
		sightings.sort(Comparator.comparingLong(Sighting::at));
		long newest = 0;
		for (Sighting sighting : sightings) {
			if (sighting.revision() > newest) {
				newest = sighting.revision();
				this.knownBy.put(newest, sighting.at());
			}
		}
	}

	/**
	 * Return by when a revision is known to have existed.
	 * @param revision the revision
	 * @return the time, empty if nobody was told
	 */
	OptionalLong knownBy(long revision) {
		Map.Entry<Long, Long> entry = this.knownBy.ceilingEntry(revision);
		return (entry != null) ? OptionalLong.of(entry.getValue()) : OptionalLong.empty();
	}

	/**
	 * Somebody was told of a revision.
	 *
	 * @param revision the revision
	 * @param at when
	 */
	private record Sighting(long revision, long at) {
	}

}
