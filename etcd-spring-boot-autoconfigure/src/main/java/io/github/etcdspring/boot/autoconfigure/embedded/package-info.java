/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Auto-configuration for an etcd inside the JVM of the application.
 */
@NullMarked
package io.github.etcdspring.boot.autoconfigure.embedded;

import org.jspecify.annotations.NullMarked;
