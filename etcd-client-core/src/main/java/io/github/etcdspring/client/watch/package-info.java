/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The watch service: changes of keys as they happen, in order and without gaps.
 */
@NullMarked
package io.github.etcdspring.client.watch;

import org.jspecify.annotations.NullMarked;
