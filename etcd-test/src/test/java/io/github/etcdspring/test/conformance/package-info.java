/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What a client may rely on, whatever server it talks to: abstract suites, and the
 * classes that run them on every etcd found.
 */
@NullMarked
package io.github.etcdspring.test.conformance;

import org.jspecify.annotations.NullMarked;
