/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Auto-configuration for the meters of the etcd client.
 */
@NullMarked
package io.github.etcdspring.boot.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
