/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;

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

	static Bytes utf8(@Nullable String argument, String name) {
		return Bytes.utf8(notNull(argument, name));
	}

	static <T> List<T> list(@Nullable List<? extends T> argument, String name) {
		for (T element : notNull(argument, name)) {
			notNull(element, name);
		}
		return List.copyOf(argument);
	}

	// An array whose elements, too, may be null whatever their type says.
	static <T> List<T> list(String name, T[] argument) {
		return list(Arrays.asList(notNull(argument, name)), name);
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
