/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.data;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KeyValueTests {

	private final KeyValue keyValue = new KeyValue(Bytes.utf8("db/user"), Bytes.utf8("top secret"), 3, 5, 2,
			0x694d7aa1b2c3d4e5L);

	@Test
	void textIsUtf8() {
		assertThat(this.keyValue.keyAsUtf8()).isEqualTo("db/user");
		assertThat(this.keyValue.valueAsUtf8()).isEqualTo("top secret");
	}

	@Test
	void equalContentIsEqual() {
		assertThat(this.keyValue)
			.isEqualTo(new KeyValue(Bytes.utf8("db/user"), Bytes.utf8("top secret"), 3, 5, 2, 0x694d7aa1b2c3d4e5L))
			.isNotEqualTo(new KeyValue(Bytes.utf8("db/user"), Bytes.utf8("other"), 3, 5, 2, 0x694d7aa1b2c3d4e5L));
	}

	@Test
	void toStringTellsNeitherKeyNorValue() {
		assertThat(this.keyValue).hasToString("KeyValue[key=Bytes[7], value=Bytes[10], createRevision=3, "
				+ "modRevision=5, version=2, lease=694d7aa1b2c3d4e5]");
	}

}
