/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.auth;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Keys from {@code begin} on and before {@code end}.
 *
 * @param begin the first key
 * @param end the key after the last, or {@code null} if there is no end
 */
record KeyInterval(ByteString begin, @Nullable ByteString end) {

	private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

	private static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();

	/**
	 * Reads a key and a range end as they come over the wire.
	 * @param key the key
	 * @param rangeEnd empty for the one key, a zero byte for all keys from it on
	 * @return the interval; it contains nothing if the end is not after the key
	 */
	static KeyInterval of(ByteString key, ByteString rangeEnd) {
		if (rangeEnd.isEmpty()) {
			return new KeyInterval(key, key.concat(ZERO));
		}
		return new KeyInterval(key, rangeEnd.equals(ZERO) ? null : rangeEnd);
	}

	/**
	 * Returns whether a permission can be granted for these keys.
	 * @param key the key
	 * @param rangeEnd the range end as it comes over the wire
	 * @return {@code false} without a key, or if the end is not after it
	 */
	static boolean isValid(ByteString key, ByteString rangeEnd) {
		return !key.isEmpty() && !of(key, rangeEnd).isEmpty();
	}

	/**
	 * Joins intervals that touch or overlap.
	 * @param intervals the intervals in any order
	 * @return the same keys in the fewest intervals, in key order
	 */
	static List<KeyInterval> merge(Collection<KeyInterval> intervals) {
		List<KeyInterval> sorted = new ArrayList<>(intervals);
		sorted.sort((a, b) -> ORDER.compare(a.begin(), b.begin()));
		List<KeyInterval> merged = new ArrayList<>();
		for (KeyInterval next : sorted) {
			KeyInterval last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
			if (last != null && (last.end() == null || ORDER.compare(next.begin(), last.end()) <= 0)) {
				merged.set(merged.size() - 1, new KeyInterval(last.begin(), later(last.end(), next.end())));
			}
			else {
				merged.add(next);
			}
		}
		return merged;
	}

	private static @Nullable ByteString later(@Nullable ByteString a, @Nullable ByteString b) {
		if (a == null || b == null) {
			return null;
		}
		return (ORDER.compare(a, b) >= 0) ? a : b;
	}

	boolean isEmpty() {
		return this.end != null && ORDER.compare(this.begin, this.end) >= 0;
	}

	/**
	 * Returns whether all keys of another interval are in this one. An empty interval
	 * counts as its first key: etcd searches for it as for all others.
	 * @param other the other interval
	 * @return {@code true} if it is covered
	 */
	boolean covers(KeyInterval other) {
		if (ORDER.compare(this.begin, other.begin()) > 0) {
			return false;
		}
		if (this.end == null) {
			return true;
		}
		if (other.isEmpty()) {
			return ORDER.compare(other.begin(), this.end) < 0;
		}
		return other.end() != null && ORDER.compare(other.end(), this.end) <= 0;
	}

}
