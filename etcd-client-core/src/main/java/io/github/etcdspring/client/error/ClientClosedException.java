/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

/**
 * The client is closed, or was closed during the call.
 *
 * @since 0.1.0
 */
public final class ClientClosedException extends EtcdException {

	private static final long serialVersionUID = 1L;

	ClientClosedException(Failure failure) {
		super(failure);
	}

}
