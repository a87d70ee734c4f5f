/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

/**
 * The lease does not exist, or does no longer: it has expired or was revoked, and every
 * key that lived on it is gone.
 *
 * @since 0.1.0
 */
public final class LeaseNotFoundException extends EtcdException {

	private static final long serialVersionUID = 1L;

	LeaseNotFoundException(Failure failure) {
		super(failure);
	}

}
