/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The clock of the embedded server, which tests can advance.
 */
@NullMarked
package io.github.etcdspring.embedded.time;

import org.jspecify.annotations.NullMarked;
