/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

/**
 * The session has lost its lease, and with it the lock, the leadership or the place in
 * the queue that this was about. Somebody else may have it now.
 *
 * @since 0.1.0
 */
public final class SessionLostException extends EtcdException {

	private static final long serialVersionUID = 1L;

	SessionLostException(Failure failure) {
		super(failure);
	}

}
