/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import java.util.List;
import java.util.zip.CRC32C;

import io.github.etcdspring.proto.KeyValue;

/**
 * A CRC-32C over pairs, as etcd uses it for its own hash.
 */
final class ContentHash {

	private final CRC32C crc = new CRC32C();

	void add(List<KeyValue> keyValues) {
		for (KeyValue keyValue : keyValues) {
			byte[] bytes = keyValue.toByteArray();
			this.crc.update(bytes, 0, bytes.length);
		}
	}

	int value() {
		return (int) this.crc.getValue();
	}

}
