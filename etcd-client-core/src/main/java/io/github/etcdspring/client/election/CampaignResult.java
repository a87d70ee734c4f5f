/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.election;

import io.github.etcdspring.client.data.Header;

/**
 * An election that was won.
 *
 * @param header who answered, and its revision
 * @param leader what proves the leadership
 * @since 0.1.0
 */
public record CampaignResult(Header header, LeaderKey leader) {
}
