/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A JUnit extension that gives tests an etcd inside the JVM.
 */
@NullMarked
package io.github.etcdspring.test.embedded;

import org.jspecify.annotations.NullMarked;
