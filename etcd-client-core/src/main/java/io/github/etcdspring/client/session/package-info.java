/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Sessions, and what lives and dies with them: keys, locks and leadership.
 */
@NullMarked
package io.github.etcdspring.client.session;

import org.jspecify.annotations.NullMarked;
