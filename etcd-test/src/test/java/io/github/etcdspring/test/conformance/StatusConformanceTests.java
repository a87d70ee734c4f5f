/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.OwnEtcd;
import io.github.etcdspring.test.OwnEtcdExtension;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link StatusConformance} on real servers.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
@ExtendWith(OwnEtcdExtension.class)
class StatusConformanceTests extends StatusConformance {

	@Test
	void versionIsThatOfTheProgram(OwnEtcd.Builder builder) {
		assertThat(this.etcd.maintenance().status(this.etcd.endpoints().get(0)).sync().version())
			.isEqualTo(builder.version().toString());
	}

}
