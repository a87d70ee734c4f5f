/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring;

/**
 * A value as an application would have.
 *
 * @param name a text
 * @param on a switch
 */
public record Flag(String name, boolean on) {
}
