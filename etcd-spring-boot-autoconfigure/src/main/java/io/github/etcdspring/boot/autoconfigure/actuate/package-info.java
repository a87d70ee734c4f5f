/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Auto-configuration that keeps etcd's secrets off the actuator's pages.
 */
@NullMarked
package io.github.etcdspring.boot.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;
