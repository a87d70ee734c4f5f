/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

/**
 * A request or an answer is larger than allowed: a request for the server
 * ({@link Reason#REQUEST_TOO_LARGE}) or for a message ({@link Reason#MESSAGE_TOO_LARGE}),
 * an answer for this client ({@link Reason#RESPONSE_TOO_LARGE}). A write whose answer was
 * too large has been applied.
 *
 * @since 0.1.0
 */
public final class TooLargeException extends EtcdException {

	private static final long serialVersionUID = 1L;

	TooLargeException(Failure failure) {
		super(failure);
	}

}
