/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

/**
 * There was no answer in time: the call's own timeout ended ({@link Reason#TIMEOUT}), or
 * the server gave up waiting for the cluster (every other reason). Look at
 * {@link #outcome()} before a write is repeated.
 *
 * @since 0.1.0
 */
public final class EtcdTimeoutException extends EtcdException {

	private static final long serialVersionUID = 1L;

	EtcdTimeoutException(Failure failure) {
		super(failure);
	}

}
