/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Outcome;

/**
 * One operation: what was asked, when, and how it ended, if it has.
 */
final class Operation {

	private final Call call;

	private final long begin;

	private volatile @Nullable Ending ending;

	Operation(Call call, long begin, @Nullable Ending ending) {
		this.call = call;
		this.begin = begin;
		this.ending = ending;
	}

	void end(Ending ending) {
		this.ending = ending;
	}

	Call call() {
		return this.call;
	}

	long begin() {
		return this.begin;
	}

	@Nullable Ending ending() {
		return this.ending;
	}

	boolean succeeded() {
		Ending ending = this.ending;
		return ending != null && ending.succeeded();
	}

	/**
	 * Whether the operation succeeded, with its comparisons.
	 * @return whether its writes were applied, as far as there was something to delete
	 */
	boolean applied() {
		Ending ending = this.ending;
		return ending != null && ending.succeeded() && ending.applied();
	}

	/**
	 * Whether the writes may have been applied, or not. One that has not ended may.
	 * @return whether nobody knows
	 */
	boolean isUnknown() {
		Ending ending = this.ending;
		return ending == null || ending.outcome() == Outcome.UNKNOWN;
	}

	long revision() {
		Ending ending = this.ending;
		return (ending != null) ? ending.revision() : 0;
	}

	/**
	 * Return when it was answered.
	 * @return the time; for what was not, later than everything
	 */
	long end() {
		Ending ending = this.ending;
		return (ending != null && ending.succeeded()) ? ending.at() : Long.MAX_VALUE;
	}

	static Operation parse(Line line) {
		return new Operation(Call.parse(line), line.number("begin"), Ending.parse(line));
	}

	@Override
	public String toString() {
		Line line = new Line("op").with("begin", this.begin);
		this.call.describe(line);
		Ending ending = this.ending;
		if (ending != null) {
			ending.describe(line);
		}
		return line.toString();
	}

}
