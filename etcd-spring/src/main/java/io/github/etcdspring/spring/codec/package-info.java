/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * How objects become the values of keys.
 */
@NullMarked
package io.github.etcdspring.spring.codec;

import org.jspecify.annotations.NullMarked;
