/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Being told when the health of a client's endpoint changes.
 */
@NullMarked
package io.github.etcdspring.spring.health;

import org.jspecify.annotations.NullMarked;
