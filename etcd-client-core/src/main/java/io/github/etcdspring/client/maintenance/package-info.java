/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The maintenance service: the state of members, and alarms.
 */
@NullMarked
package io.github.etcdspring.client.maintenance;

import org.jspecify.annotations.NullMarked;
