/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import org.jspecify.annotations.Nullable;

/**
 * Checks of arguments, with messages that say what to do.
 */
final class Arguments {

	private Arguments() {
	}

	static <T> T notNull(@Nullable T argument, String name) {
		if (argument == null) {
			throw new IllegalArgumentException("'" + name + "' must not be null");
		}
		return argument;
	}

	static long notNegative(long argument, String name, String fix) {
		if (argument < 0) {
			throw new IllegalArgumentException("'" + name + "' must not be negative but was " + argument + "; " + fix);
		}
		return argument;
	}

	static void ordered(long min, long max, String name) {
		if (max != 0 && min > max) {
			throw new IllegalArgumentException(
					"'min" + name + "' must not be above 'max" + name + "' but was " + min + ", which is above " + max);
		}
	}

}
