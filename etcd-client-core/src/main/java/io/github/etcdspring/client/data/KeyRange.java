/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.data;

import java.util.Objects;

/**
 * The keys that an operation is about: one key, all keys with a prefix, from a key on,
 * between two keys, or all keys. Immutable.
 * <p>
 * It is kept as etcd sees it, as a start and an end. Two ranges are equal if these are,
 * however they were made: {@code all()} equals {@code from} the smallest key, the single
 * byte 0.
 *
 * @since 0.1.0
 */
public final class KeyRange {

	private static final KeyRange ALL = new KeyRange(Bytes.OPEN_END, Bytes.OPEN_END);

	private final Bytes start;

	private final Bytes end;

	KeyRange(Bytes start, Bytes end) {
		this.start = start;
		this.end = end;
	}

	/**
	 * One key.
	 * @param key the key, not empty
	 * @return the range of this key alone
	 * @throws IllegalArgumentException if the key is empty
	 */
	public static KeyRange key(String key) {
		return key(Arguments.utf8(key, "key"));
	}

	/**
	 * One key.
	 * @param key the key, not empty
	 * @return the range of this key alone
	 * @throws IllegalArgumentException if the key is empty
	 */
	public static KeyRange key(Bytes key) {
		if (Arguments.notNull(key, "key").isEmpty()) {
			throw new IllegalArgumentException("key must not be empty: use KeyRange.all() for all keys");
		}
		return new KeyRange(key, Bytes.EMPTY);
	}

	/**
	 * All keys that begin with a prefix, the prefix itself among them.
	 * @param prefix the prefix; an empty one means all keys
	 * @return the range
	 */
	public static KeyRange prefix(String prefix) {
		return prefix(Arguments.utf8(prefix, "prefix"));
	}

	/**
	 * All keys that begin with a prefix, the prefix itself among them.
	 * @param prefix the prefix; an empty one means all keys
	 * @return the range
	 */
	public static KeyRange prefix(Bytes prefix) {
		return Arguments.notNull(prefix, "prefix").isEmpty() ? ALL : new KeyRange(prefix, prefix.prefixEnd());
	}

	/**
	 * A key and all keys after it.
	 * @param start the first key, not empty
	 * @return the range
	 * @throws IllegalArgumentException if the key is empty
	 */
	public static KeyRange from(String start) {
		return from(Arguments.utf8(start, "start"));
	}

	/**
	 * A key and all keys after it.
	 * @param start the first key, not empty
	 * @return the range
	 * @throws IllegalArgumentException if the key is empty
	 */
	public static KeyRange from(Bytes start) {
		if (Arguments.notNull(start, "start").isEmpty()) {
			throw new IllegalArgumentException("start must not be empty: use KeyRange.all() for all keys");
		}
		return new KeyRange(start, Bytes.OPEN_END);
	}

	/**
	 * A key and the keys after it, up to another key.
	 * @param start the first key, not empty
	 * @param end the end, not part of the range
	 * @return the range
	 * @throws IllegalArgumentException if the start is empty, or the end isn't greater
	 * than the start
	 */
	public static KeyRange between(String start, String end) {
		return between(Arguments.utf8(start, "start"), Arguments.utf8(end, "end"));
	}

	/**
	 * A key and the keys after it, up to another key.
	 * @param start the first key, not empty
	 * @param end the end, not part of the range
	 * @return the range
	 * @throws IllegalArgumentException if the start is empty, or the end isn't greater
	 * than the start
	 */
	public static KeyRange between(Bytes start, Bytes end) {
		if (Arguments.notNull(start, "start").isEmpty()) {
			throw new IllegalArgumentException("start must not be empty: the smallest key is the single byte 0, "
					+ "and KeyRange.all() has all keys");
		}
		// An end of etcd's "no upper bound", the single byte 0, is never greater.
		if (Arguments.notNull(end, "end").compareTo(start) <= 0) {
			throw new IllegalArgumentException("end must be greater than start, or the range is empty: "
					+ "swap the two, or use KeyRange.from(start) for a range without an end");
		}
		return new KeyRange(start, end);
	}

	/**
	 * The range that etcd describes by a start and an end. Nothing is checked, because it
	 * is for what was read from a server; whoever names keys uses the other methods.
	 * @param start the start, as {@link #start()} returns it
	 * @param end the end, as {@link #end()} returns it
	 * @return the range
	 */
	public static KeyRange ofBounds(Bytes start, Bytes end) {
		return new KeyRange(Arguments.notNull(start, "start"), Arguments.notNull(end, "end"));
	}

	/**
	 * All keys.
	 * @return the range
	 */
	public static KeyRange all() {
		return ALL;
	}

	/**
	 * The first key, as sent to etcd.
	 * @return the start, never empty
	 */
	public Bytes start() {
		return this.start;
	}

	/**
	 * The end, as sent to etcd: empty for a single key, the single byte 0 for a range
	 * without an upper bound, else the first key that isn't part of the range.
	 * @return the end
	 */
	public Bytes end() {
		return this.end;
	}

	/**
	 * Whether this is one key.
	 * @return whether the range was made by {@code key}
	 */
	public boolean isSingleKey() {
		return this.end.isEmpty();
	}

	/**
	 * Whether a key is part of this range.
	 * @param key the key; the empty key is part of no range
	 * @return whether it is
	 */
	public boolean contains(String key) {
		return contains(Bytes.utf8(key));
	}

	/**
	 * Whether a key is part of this range.
	 * @param key the key; the empty key is part of no range
	 * @return whether it is
	 */
	public boolean contains(Bytes key) {
		if (isSingleKey()) {
			return key.equals(this.start);
		}
		return key.compareTo(this.start) >= 0 && (this.end.equals(Bytes.OPEN_END) || key.compareTo(this.end) < 0);
	}

	@Override
	public boolean equals(Object other) {
		return this == other
				|| (other instanceof KeyRange that && this.start.equals(that.start) && this.end.equals(that.end));
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.start, this.end);
	}

	/**
	 * The lengths of start and end, never the keys themselves.
	 */
	@Override
	public String toString() {
		if (isSingleKey()) {
			return "KeyRange[key=" + this.start + "]";
		}
		String to = this.end.equals(Bytes.OPEN_END) ? "open" : this.end.toString();
		return "KeyRange[start=" + this.start + ", end=" + to + "]";
	}

}
