/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Watches on the store: history, events, progress. Internal: not an API, may change with
 * any version.
 */
@NullMarked
package io.github.etcdspring.embedded.watch;

import org.jspecify.annotations.NullMarked;
