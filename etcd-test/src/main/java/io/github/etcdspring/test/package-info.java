/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Real etcd servers and clusters for tests, and the JUnit extension that runs them.
 */
@NullMarked
package io.github.etcdspring.test;

import org.jspecify.annotations.NullMarked;
