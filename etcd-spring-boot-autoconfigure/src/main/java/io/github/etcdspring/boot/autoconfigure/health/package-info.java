/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Auto-configuration for etcd's health, and the indicator itself.
 */
@NullMarked
package io.github.etcdspring.boot.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
