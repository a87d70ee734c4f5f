/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

/**
 * {@link CacheConformance} on real servers.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class CacheConformanceTests extends CacheConformance {

}
