/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

/**
 * What a member knows about a downgrade of the cluster.
 *
 * @param enabled whether one is going on
 * @param targetVersion the version to go to, empty if there is none
 * @since 0.1.0
 */
public record DowngradeInfo(boolean enabled, String targetVersion) {
}
