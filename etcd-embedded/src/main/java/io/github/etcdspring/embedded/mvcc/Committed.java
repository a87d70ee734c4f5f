/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.KeyValue;

/**
 * One change of a revision.
 *
 * @param event the change as a watch sees it, without previous value
 * @param previous the pair in the revision before, or {@code null} if there was none or
 * if it has been compacted
 * @since 0.1.0
 */
public record Committed(Event event, @Nullable KeyValue previous) {
}
