/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The cluster service: its members, and changes of them.
 */
@NullMarked
package io.github.etcdspring.client.cluster;

import org.jspecify.annotations.NullMarked;
