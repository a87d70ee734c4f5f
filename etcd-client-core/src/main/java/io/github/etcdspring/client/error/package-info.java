/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Failures: what went wrong, where, and whether a write may have been applied.
 */
@NullMarked
package io.github.etcdspring.client.error;

import org.jspecify.annotations.NullMarked;
