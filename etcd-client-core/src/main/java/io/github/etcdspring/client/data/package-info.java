/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Keys, values and ranges of keys, the way etcd sees them.
 */
@NullMarked
package io.github.etcdspring.client.data;

import org.jspecify.annotations.NullMarked;
