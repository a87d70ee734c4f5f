/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Meters of a client, for Micrometer.
 */
@NullMarked
package io.github.etcdspring.client.metrics;

import org.jspecify.annotations.NullMarked;
