/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import io.github.etcdspring.client.error.EtcdException;

/**
 * Why a lease is no longer kept alive.
 *
 * @param cause the kind of loss
 * @param failure the same as an exception, with what was the last trouble
 * @since 0.1.0
 */
public record LeaseLoss(Cause cause, EtcdException failure) {

	/**
	 * The kinds of loss.
	 */
	public enum Cause {

		/**
		 * No renewal was answered within the time to live. The server may not have ended
		 * the lease yet, but it may at any time.
		 */
		EXPIRED,

		/**
		 * The server says that there is no such lease: it has expired there, or was
		 * revoked. Its keys are gone.
		 */
		NOT_FOUND,

		/**
		 * The client, or the keepalive, was closed. The lease lives until its time to
		 * live has passed.
		 */
		CLOSED,

		/**
		 * The client has given up: too many attempts to connect have failed, or the
		 * server refuses for good. The lease lives until its time to live has passed.
		 */
		FAILED

	}

}
