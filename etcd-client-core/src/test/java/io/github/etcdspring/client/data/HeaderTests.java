/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.data;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HeaderTests {

	@Test
	void idsAreUnsignedHex() {
		Header header = new Header(0xcdf818194e3a8c32L, 0x8e9e05c52164694dL, 12, -1);
		assertThat(header.clusterIdAsHex()).isEqualTo("cdf818194e3a8c32");
		assertThat(header.memberIdAsHex()).isEqualTo("8e9e05c52164694d");
		assertThat(header).hasToString("Header[clusterId=cdf818194e3a8c32, memberId=8e9e05c52164694d, revision=12, "
				+ "raftTerm=18446744073709551615]");
	}

}
