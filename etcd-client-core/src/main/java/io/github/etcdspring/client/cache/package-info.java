/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Local copies of ranges of keys that follow the store.
 */
@NullMarked
package io.github.etcdspring.client.cache;

import org.jspecify.annotations.NullMarked;
