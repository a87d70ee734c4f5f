/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The lock service that etcd runs itself.
 */
@NullMarked
package io.github.etcdspring.client.lock;

import org.jspecify.annotations.NullMarked;
