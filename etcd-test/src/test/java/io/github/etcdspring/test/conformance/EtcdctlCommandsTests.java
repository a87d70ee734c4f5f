/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

/**
 * The session with the {@code etcdctl} on the {@code PATH}.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class EtcdctlCommandsTests extends EtcdctlCommandsConformance {

}
