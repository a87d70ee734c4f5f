/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.data;

import java.util.Objects;

/**
 * A key with its value and its history, as of the revision that was read.
 *
 * @param key the key
 * @param value the value; empty if only keys were asked for
 * @param createRevision the revision that created the key, since its last deletion
 * @param modRevision the revision of the last change; what to compare with, to change the
 * key only if nobody else has
 * @param version the number of changes since the key was created, 1 for a new key; 0 for
 * a deletion
 * @param lease the id of the lease that the key lives on, 0 if none
 * @since 0.1.0
 */
public record KeyValue(Bytes key, Bytes value, long createRevision, long modRevision, long version, long lease) {

	public KeyValue {
		Objects.requireNonNull(key, "key");
		Objects.requireNonNull(value, "value");
	}

	/**
	 * The key as text.
	 * @return the key, read as UTF-8
	 */
	public String keyAsUtf8() {
		return this.key.asUtf8();
	}

	/**
	 * The value as text.
	 * @return the value, read as UTF-8
	 */
	public String valueAsUtf8() {
		return this.value.asUtf8();
	}

	/**
	 * Lengths and numbers, never the key or the value themselves.
	 */
	@Override
	public String toString() {
		return "KeyValue[key=" + this.key + ", value=" + this.value + ", createRevision=" + this.createRevision
				+ ", modRevision=" + this.modRevision + ", version=" + this.version + ", lease="
				+ Long.toHexString(this.lease) + "]";
	}

}
