/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.data;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Checks of arguments, with messages that say what to do. For the client's own packages.
 *
 * @since 0.1.0
 */
public final class Arguments {

	private Arguments() {
	}

	/**
	 * Check that an argument is there.
	 * @param <T> the type of the argument
	 * @param argument the argument
	 * @param name its name
	 * @return the argument
	 * @throws IllegalArgumentException if it is {@code null}
	 */
	public static <T> T notNull(@Nullable T argument, String name) {
		if (argument == null) {
			throw new IllegalArgumentException("'" + name + "' must not be null");
		}
		return argument;
	}

	/**
	 * Check that an argument is there.
	 * @param <T> the type of the argument
	 * @param argument the argument
	 * @param name its name
	 * @param fix what to do about it
	 * @return the argument
	 * @throws IllegalArgumentException if it is {@code null}
	 */
	public static <T> T notNull(@Nullable T argument, String name, String fix) {
		if (argument == null) {
			throw new IllegalArgumentException("'" + name + "' must not be null; " + fix);
		}
		return argument;
	}

	/**
	 * Check a text and encode it.
	 * @param argument the text
	 * @param name its name
	 * @return its bytes
	 * @throws IllegalArgumentException if it is {@code null}, or not well-formed
	 */
	public static Bytes utf8(@Nullable String argument, String name) {
		return Bytes.utf8(notNull(argument, name));
	}

	/**
	 * Check a list and copy it.
	 * @param <T> the type of the elements
	 * @param argument the list
	 * @param name its name
	 * @return the copy
	 * @throws IllegalArgumentException if it, or an element, is {@code null}
	 */
	public static <T> List<T> list(@Nullable List<? extends T> argument, String name) {
		for (T element : notNull(argument, name)) {
			notNull(element, name);
		}
		return List.copyOf(argument);
	}

	/**
	 * Check an array and copy it.
	 * @param <T> the type of the elements
	 * @param name its name
	 * @param argument the array; whatever its type says, it may have {@code null}
	 * @return the copy
	 * @throws IllegalArgumentException if it, or an element, is {@code null}
	 */
	public static <T> List<T> list(String name, T[] argument) {
		return list(Arrays.asList(notNull(argument, name)), name);
	}

	/**
	 * Check a number.
	 * @param argument the number
	 * @param name its name
	 * @param fix what to do if it is negative
	 * @return the number
	 * @throws IllegalArgumentException if it is negative
	 */
	public static long notNegative(long argument, String name, String fix) {
		if (argument < 0) {
			throw new IllegalArgumentException("'" + name + "' must not be negative but was " + argument + "; " + fix);
		}
		return argument;
	}

	/**
	 * Check how often something may be tried again.
	 * @param argument the number
	 * @return the number
	 * @throws IllegalArgumentException if it is less than -1
	 */
	public static int maxRetries(int argument) {
		if (argument < -1) {
			throw new IllegalArgumentException(
					"'maxRetries' must be -1 (without limit), 0 or more but was " + argument);
		}
		return argument;
	}

}
