/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import io.github.etcdspring.client.data.Header;

/**
 * The end of a range that was read as a stream.
 *
 * @param header who answered, and the store's revision when the reading began. Unless
 * another one was asked for, all keys are of that revision, and a watch from the next one
 * misses nothing
 * @param count how many keys the range has
 * @since 0.1.0
 */
public record RangeStreamResult(Header header, long count) {
}
