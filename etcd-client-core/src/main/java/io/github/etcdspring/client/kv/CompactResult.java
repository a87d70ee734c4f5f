/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import io.github.etcdspring.client.data.Header;

/**
 * The result of a compaction.
 *
 * @param header who answered, and the store's revision
 * @since 0.1.0
 */
public record CompactResult(Header header) {
}
