/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * etcd's errors: codes and texts. Internal: not an API, may change with any version.
 */
@NullMarked
package io.github.etcdspring.embedded.error;

import org.jspecify.annotations.NullMarked;
