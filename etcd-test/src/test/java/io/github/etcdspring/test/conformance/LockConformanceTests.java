/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

/**
 * {@link LockConformance} on real servers.
 */
@ForEachEtcd
@WithEtcd
class LockConformanceTests extends LockConformance {

}
