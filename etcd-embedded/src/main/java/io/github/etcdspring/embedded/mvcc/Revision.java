/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import java.util.List;

/**
 * One revision of the store: what one write or one transaction changed.
 *
 * @param revision the number, from 2 on
 * @param events the changes in the order in which they were made, never empty
 * @since 0.1.0
 */
public record Revision(long revision, List<Committed> events) {
}
