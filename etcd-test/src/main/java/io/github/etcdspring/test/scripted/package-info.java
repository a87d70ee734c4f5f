/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A server that speaks etcd's protocol and does what a test tells it, call by call: for
 * failures that a real etcd cannot be made to show at the right moment.
 */
@NullMarked
package io.github.etcdspring.test.scripted;

import org.jspecify.annotations.NullMarked;
