/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * An etcd v3 server inside the JVM, for development and tests.
 */
@NullMarked
package io.github.etcdspring.embedded;

import org.jspecify.annotations.NullMarked;
