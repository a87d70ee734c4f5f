/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.watch;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What a watch covers.
 *
 * @param key the first key
 * @param end the key after the last one, null for all keys from the first on
 * @param isSingleKey if only the first key is covered; the end is then of no meaning
 */
record WatchRange(ByteString key, @Nullable ByteString end, boolean isSingleKey) {

	private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

	/**
	 * Read the range of a request: an empty key is the smallest one, an empty end means
	 * the one key, and a zero byte as end means all keys from the first on.
	 * @param key the key of the request
	 * @param end the end of the request
	 * @return the range
	 */
	static WatchRange of(ByteString key, ByteString end) {
		ByteString first = (key.isEmpty()) ? ZERO : key;
		if (end.isEmpty()) {
			return new WatchRange(first, null, true);
		}
		return new WatchRange(first, (end.equals(ZERO)) ? null : end, false);
	}

	/**
	 * Return if no key can lie in this range.
	 */
	boolean isEmpty() {
		return !this.isSingleKey && this.end != null
				&& ByteString.unsignedLexicographicalComparator().compare(this.key, this.end) >= 0;
	}

}
