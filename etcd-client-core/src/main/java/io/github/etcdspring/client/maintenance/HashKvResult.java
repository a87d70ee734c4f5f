/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import io.github.etcdspring.client.data.Header;

/**
 * The hash of a member's keys and values.
 *
 * @param header who answered, and its revision
 * @param hash the hash, from 0 to 2^32 - 1
 * @param compactRevision the revision that the member is compacted at, 0 or -1 if never
 * @param hashRevision the revision up to which the hash was made, 0 if the server is
 * older than etcd 3.6
 * @since 0.1.0
 */
public record HashKvResult(Header header, long hash, long compactRevision, long hashRevision) {
}
