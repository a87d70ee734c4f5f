/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Auto-configuration for etcd: the client, its template and their properties.
 */
@NullMarked
package io.github.etcdspring.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
