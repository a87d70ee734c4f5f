/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The store: every version of every key. Internal: not an API, may change with any
 * version.
 */
@NullMarked
package io.github.etcdspring.embedded.mvcc;

import org.jspecify.annotations.NullMarked;
