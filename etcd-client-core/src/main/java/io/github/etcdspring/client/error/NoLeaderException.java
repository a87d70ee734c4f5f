/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

/**
 * The cluster has no leader at present, as far as the member can tell: an election is
 * under way, or the member is cut off from the majority.
 *
 * @since 0.1.0
 */
public final class NoLeaderException extends EtcdException {

	private static final long serialVersionUID = 1L;

	NoLeaderException(Failure failure) {
		super(failure);
	}

}
