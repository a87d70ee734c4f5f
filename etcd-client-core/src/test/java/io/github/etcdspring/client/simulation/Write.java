/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import org.jspecify.annotations.Nullable;

/**
 * A write of an application, and what it was told.
 */
final class Write {

	private final String key;

	private final @Nullable String value;

	private final long start;

	private Result result = Result.PENDING;

	private long end;

	private long revision;

	/**
	 * Create a write.
	 * @param key the key
	 * @param value the value, which no other write has, or {@code null} for a deletion
	 * @param start when it began
	 */
	Write(String key, @Nullable String value, long start) {
		this.key = key;
		this.value = value;
		this.start = start;
	}

	void ended(Result result, long revision, long end) {
		this.result = result;
		this.revision = revision;
		this.end = end;
	}

	String key() {
		return this.key;
	}

	@Nullable String value() {
		return this.value;
	}

	Result result() {
		return this.result;
	}

	long start() {
		return this.start;
	}

	long end() {
		return this.end;
	}

	long revision() {
		return this.revision;
	}

	@Override
	public String toString() {
		return "write of " + this.key + "=" + this.value + " (" + this.result + ", revision " + this.revision + ", "
				+ this.start / 1_000_000 + " to " + this.end / 1_000_000 + " ms)";
	}

	/**
	 * What the application was told.
	 */
	enum Result {

		/** Nothing yet. */
		PENDING,

		/** It was applied. */
		APPLIED,

		/** Its condition was not met. */
		REFUSED,

		/** It failed and was not applied. */
		NOT_APPLIED,

		/** It failed, and may be applied. */
		UNKNOWN

	}

}
