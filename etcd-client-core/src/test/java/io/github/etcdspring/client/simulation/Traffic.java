/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What all clients together ask of all members, and when.
 */
final class Traffic {

	private static final long SECOND = 1_000_000_000L;

	private static final long STEP = SECOND / 20;

	private final VirtualTime time;

	private final Map<String, NavigableMap<Long, Integer>> counts = new TreeMap<>();

	private final Map<Link, List<Long>> dials = new LinkedHashMap<>();

	Traffic(VirtualTime time) {
		this.time = time;
	}

	void dialled(Link link) {
		this.dials.computeIfAbsent(link, (each) -> new ArrayList<>()).add(this.time.now());
		count("dial");
	}

	void called(String method) {
		count(method.substring(method.lastIndexOf('.') + 1));
	}

	/** A message of a client has arrived, the only one of its call or not. */
	void requested() {
		count("request");
	}

	private void count(String what) {
		this.counts.computeIfAbsent(what, (each) -> new TreeMap<>()).merge(this.time.now() / STEP, 1, Integer::sum);
	}

	/**
	 * Return how often something happened.
	 * @param what a dial, a request, or the name of a method
	 * @param from the begin of the time of interest
	 * @param until its end
	 * @return the number
	 */
	int total(String what, long from, long until) {
		return during(what, from, until).values().stream().mapToInt(Integer::intValue).sum();
	}

	/**
	 * Return how often something happened in the worst second.
	 * @param what a dial, a request, or the name of a method
	 * @param from the begin of the time of interest
	 * @param until its end
	 * @return the number
	 */
	int peak(String what, long from, long until) {
		int most = 0;
		for (long step : during(what, from, until).keySet()) {
			most = Math.max(most, total(what, step * STEP, Math.min(until, step * STEP + SECOND)));
		}
		return most;
	}

	private NavigableMap<Long, Integer> during(String what, long from, long until) {
		return this.counts.getOrDefault(what, new TreeMap<>()).subMap(from / STEP, true, until / STEP, false);
	}

	/**
	 * Return how often the busiest line was dialled.
	 * @param from the begin of the time of interest
	 * @param until its end
	 * @return the number of times
	 */
	long mostDials(long from, long until) {
		return this.dials.values()
			.stream()
			.mapToLong((times) -> times.stream().filter((at) -> at >= from && at < until).count())
			.max()
			.orElse(0);
	}

	/**
	 * Say what happened.
	 * @param from the begin of the time of interest
	 * @param until its end
	 * @return for each kind its total, and its number in the worst second
	 */
	String describe(long from, long until) {
		List<String> parts = new ArrayList<>();
		for (String what : this.counts.keySet()) {
			int total = total(what, from, until);
			if (total > 0) {
				parts.add(what + " " + total + " (" + peak(what, from, until) + "/s)");
			}
		}
		return String.join(", ", parts);
	}

}
