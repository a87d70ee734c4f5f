/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A test slice for what uses etcd, on an etcd inside the JVM.
 */
@NullMarked
package io.github.etcdspring.boot.test.autoconfigure;

import org.jspecify.annotations.NullMarked;
