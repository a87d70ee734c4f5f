/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

/**
 * A snapshot that was taken and checked.
 *
 * @param size the size in bytes, with the 32 bytes of its digest at the end
 * @param storageVersion the version of the storage, such as {@code 3.6.0}; empty before
 * etcd 3.6
 * @since 0.1.0
 */
public record Snapshot(long size, String storageVersion) {
}
