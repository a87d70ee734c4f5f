/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

/**
 * The session with the {@code etcdctl} that came with the newest etcd.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class NewestEtcdctlCommandsTests extends EtcdctlCommandsConformance {

	@Override
	Etcdctl findProgram(String endpoint) {
		return Etcdctl.findNewest(endpoint, this.folder);
	}

}
