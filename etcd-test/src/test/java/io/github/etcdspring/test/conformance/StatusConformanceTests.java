/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link StatusConformance} on real servers.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class StatusConformanceTests extends StatusConformance {

	@Test
	void versionIsThatOfTheProgram(EtcdServer server) {
		assertThat(this.etcd.maintenance().status(server.endpoint()).sync().version())
			.isEqualTo(server.version().toString());
	}

}
