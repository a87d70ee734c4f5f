/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * What the applications of a run did and saw.
 */
final class History {

	private final List<Write> writes = new ArrayList<>();

	private final List<Read> reads = new ArrayList<>();

	private final List<Observed> watches = new ArrayList<>();

	private final List<String> complaints = new ArrayList<>();

	private long acknowledged = 1;

	private int values;

	List<Write> writes() {
		return this.writes;
	}

	List<Read> reads() {
		return this.reads;
	}

	List<Observed> watches() {
		return this.watches;
	}

	/**
	 * Return what was seen to be wrong while it happened.
	 * @return the complaints
	 */
	List<String> complaints() {
		return this.complaints;
	}

	void complain(String complaint) {
		this.complaints.add(complaint);
	}

	/**
	 * Make a value that no other write has.
	 * @return the value
	 */
	String newValue() {
		this.values++;
		return "v" + this.values;
	}

	/**
	 * Return the newest revision that somebody was told of.
	 * @return the revision
	 */
	long acknowledged() {
		return this.acknowledged;
	}

	void acknowledge(long revision) {
		this.acknowledged = Math.max(this.acknowledged, revision);
	}

}
