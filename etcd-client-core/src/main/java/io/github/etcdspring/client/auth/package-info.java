/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The authentication service: users, roles and what they may do.
 */
@NullMarked
package io.github.etcdspring.client.auth;

import org.jspecify.annotations.NullMarked;
