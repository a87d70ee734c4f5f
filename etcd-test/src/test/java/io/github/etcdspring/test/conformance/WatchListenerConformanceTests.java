/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import io.github.etcdspring.test.ForEachEtcd;

/**
 * {@link WatchListenerConformance} on real servers.
 */
@ForEachEtcd
class WatchListenerConformanceTests extends WatchListenerConformance {

}
