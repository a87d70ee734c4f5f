/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import io.github.etcdspring.client.data.Header;

/**
 * The hash of a member's whole database.
 *
 * @param header who answered, and its revision
 * @param hash the hash, from 0 to 2^32 - 1
 * @since 0.1.0
 */
public record HashResult(Header header, long hash) {
}
