/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The election service that etcd runs itself.
 */
@NullMarked
package io.github.etcdspring.client.election;

import org.jspecify.annotations.NullMarked;
