/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import java.util.Arrays;

import com.google.protobuf.ByteString;

/**
 * A key in the order of etcd: bytes without sign, a prefix before what it begins.
 *
 * @param bytes the key, never changed
 */
record Key(byte[] bytes) implements Comparable<Key> {

	static Key of(ByteString key) {
		return new Key(key.toByteArray());
	}

	@Override
	public int compareTo(Key other) {
		return Arrays.compareUnsigned(this.bytes, other.bytes);
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof Key key && Arrays.equals(this.bytes, key.bytes);
	}

	@Override
	public int hashCode() {
		return Arrays.hashCode(this.bytes);
	}

}
