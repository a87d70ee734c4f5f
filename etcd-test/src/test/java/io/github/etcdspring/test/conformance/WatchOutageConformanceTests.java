/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

/**
 * {@link WatchOutageConformance} on real servers, where nobody else raises the revision.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class WatchOutageConformanceTests extends WatchOutageConformance {

}
