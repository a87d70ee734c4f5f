/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The lease service.
 */
@NullMarked
package io.github.etcdspring.client.lease;

import org.jspecify.annotations.NullMarked;
