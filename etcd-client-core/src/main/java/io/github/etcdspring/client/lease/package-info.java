/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The lease service: grant and revoke.
 */
@NullMarked
package io.github.etcdspring.client.lease;

import org.jspecify.annotations.NullMarked;
