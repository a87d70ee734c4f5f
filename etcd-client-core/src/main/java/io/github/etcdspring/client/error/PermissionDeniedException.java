/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

/**
 * The user has no role that allows this. Trying again helps only once an administrator
 * has granted it.
 *
 * @since 0.1.0
 */
public final class PermissionDeniedException extends EtcdException {

	private static final long serialVersionUID = 1L;

	PermissionDeniedException(Failure failure) {
		super(failure);
	}

}
