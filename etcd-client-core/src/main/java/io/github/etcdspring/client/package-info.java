/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The way into the client.
 */
@NullMarked
package io.github.etcdspring.client;

import org.jspecify.annotations.NullMarked;
