/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.util.List;

import io.github.etcdspring.client.data.Header;

/**
 * Everything that one revision changed in the range that is watched. A transaction is one
 * revision; its changes are never torn apart.
 *
 * @param revision the revision
 * @param events the changes, at least one, in the order in which they were made
 * @param header the member that told it, and the revision of the store by then
 * @since 0.1.0
 */
public record WatchBatch(long revision, List<WatchEvent> events, Header header) {

	public WatchBatch {
		events = List.copyOf(events);
	}

}
