/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The gRPC services, and the node that puts changes in order. Internal: not an API, may
 * change with any version.
 */
@NullMarked
package io.github.etcdspring.embedded.server;

import org.jspecify.annotations.NullMarked;
