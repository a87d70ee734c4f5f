/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Leases: time to live, attached keys, expiry. Internal: not an API, may change with any
 * version.
 */
@NullMarked
package io.github.etcdspring.embedded.lease;

import org.jspecify.annotations.NullMarked;
