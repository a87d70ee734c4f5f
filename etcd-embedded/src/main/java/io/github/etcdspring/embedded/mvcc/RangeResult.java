/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import java.util.List;

import io.github.etcdspring.proto.KeyValue;

/**
 * What a read of the store found.
 *
 * @param keyValues the pairs in key order, at most as many as the limit; unmodifiable
 * @param count the number of pairs in the range, whatever the limit
 * @param revision the newest revision of the store at the time of the read
 * @since 0.1.0
 */
public record RangeResult(List<KeyValue> keyValues, long count, long revision) {
}
