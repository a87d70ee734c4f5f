/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import io.github.etcdspring.client.data.Header;

/**
 * The result of a request about a downgrade.
 *
 * @param header who answered, and its revision
 * @param version the version of the cluster now
 * @since 0.1.0
 */
public record DowngradeResult(Header header, String version) {
}
