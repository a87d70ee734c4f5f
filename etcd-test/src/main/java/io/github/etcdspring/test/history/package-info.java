/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What clients of etcd did and were told, recorded by a test, and checks of it against
 * the history that the server kept.
 */
@NullMarked
package io.github.etcdspring.test.history;

import org.jspecify.annotations.NullMarked;
