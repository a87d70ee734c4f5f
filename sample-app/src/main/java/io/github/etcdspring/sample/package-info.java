/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A small real application on the starter.
 */
@NullMarked
package io.github.etcdspring.sample;

import org.jspecify.annotations.NullMarked;
