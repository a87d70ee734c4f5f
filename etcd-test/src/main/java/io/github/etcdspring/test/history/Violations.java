/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Collects the first violations.
 */
final class Violations {

	static final int MOST = 24;

	private final List<Violation> found = new ArrayList<>();

	void add(Violation.Kind kind, String description, Object... evidence) {
		// What comes after the first dozens is mostly their consequence.
		if (!isFull()) {
			this.found.add(new Violation(kind, description, Stream.of(evidence).map(Object::toString).toList()));
		}
	}

	boolean isFull() {
		return this.found.size() >= MOST;
	}

	List<Violation> list() {
		return List.copyOf(this.found);
	}

}
