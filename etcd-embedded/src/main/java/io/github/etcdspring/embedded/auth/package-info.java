/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Users, roles, permissions and tokens. Internal: not an API, may change with any
 * version.
 */
@NullMarked
package io.github.etcdspring.embedded.auth;

import org.jspecify.annotations.NullMarked;
