/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The one place where gRPC's types are part of the API: hooks into the client's channels.
 */
@NullMarked
package io.github.etcdspring.spring.grpc;

import org.jspecify.annotations.NullMarked;
