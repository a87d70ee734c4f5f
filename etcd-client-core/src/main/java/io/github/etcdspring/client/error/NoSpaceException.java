/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

/**
 * The store has reached its quota. It takes no writes until it was compacted and
 * defragmented, and the alarm was disarmed; reads and deletions work.
 *
 * @since 0.1.0
 */
public final class NoSpaceException extends EtcdException {

	private static final long serialVersionUID = 1L;

	NoSpaceException(Failure failure) {
		super(failure);
	}

}
