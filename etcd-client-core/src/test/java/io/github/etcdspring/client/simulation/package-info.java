/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The client against a simulated cluster: one thread, virtual time, and chance from a
 * seed.
 */
@NullMarked
package io.github.etcdspring.client.simulation;

import org.jspecify.annotations.NullMarked;
