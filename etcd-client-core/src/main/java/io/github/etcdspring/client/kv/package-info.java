/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The key-value service: get, put, delete, transactions and compaction.
 */
@NullMarked
package io.github.etcdspring.client.kv;

import org.jspecify.annotations.NullMarked;
