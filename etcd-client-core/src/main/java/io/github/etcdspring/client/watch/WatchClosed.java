/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.EtcdException;

/**
 * How a watch ended.
 *
 * @param nextRevision the revision after the last one that was handed over: a watch from
 * there misses nothing and sees nothing twice, unless it has been compacted; 0 if a watch
 * from now had not begun
 * @param cause why it ended, {@code null} if the application closed it; a
 * {@link io.github.etcdspring.client.error.CompactedException CompactedException} if the
 * history it needs is gone
 * @since 0.1.0
 */
public record WatchClosed(long nextRevision, @Nullable EtcdException cause) {
}
