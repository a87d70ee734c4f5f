/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The maintenance service: the state of members, alarms, defragmentation, hashes, the
 * leader and downgrades.
 */
@NullMarked
package io.github.etcdspring.client.maintenance;

import org.jspecify.annotations.NullMarked;
