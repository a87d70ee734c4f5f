/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Spring support for etcd: the template and what it returns.
 */
@NullMarked
package io.github.etcdspring.spring;

import org.jspecify.annotations.NullMarked;
