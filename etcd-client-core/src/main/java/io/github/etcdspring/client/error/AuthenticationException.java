/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

/**
 * The cluster does not accept who the client says it is: user or password are wrong, or
 * the token is missing, has expired or is outdated. Where the client knows user and
 * password it has fetched a new token before it gives up.
 *
 * @since 0.1.0
 */
public final class AuthenticationException extends EtcdException {

	private static final long serialVersionUID = 1L;

	AuthenticationException(Failure failure) {
		super(failure);
	}

}
