/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.election;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyValue;

/**
 * Who leads.
 *
 * @param header who answered, and its revision
 * @param keyValue the key of the leader, with what the leader last proclaimed as its
 * value; its create revision and its lease are those of {@link LeaderKey}
 * @since 0.1.0
 */
public record LeaderResult(Header header, KeyValue keyValue) {
}
