/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.function.BooleanSupplier;

/**
 * The last time that somebody believed something.
 */
final class Belief {

	private final History history;

	private long last = -1;

	Belief(History history) {
		this.history = history;
	}

	boolean ask(BooleanSupplier question) {
		// The answer is true at some moment from now on.
		long asked = this.history.now();
		boolean answer = question.getAsBoolean();
		if (answer) {
			believed(asked);
		}
		return answer;
	}

	synchronized void believed(long at) {
		this.last = Math.max(this.last, at);
	}

	/**
	 * Return the last time.
	 * @return the time, negative for never
	 */
	synchronized long last() {
		return this.last;
	}

}
