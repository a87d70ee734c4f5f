/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;

/**
 * Is told of every call and of every endpoint's state: the seam for meters. Called on the
 * client's own threads, so it must not block and must not call the client.
 *
 * @since 0.1.0
 */
public interface CallObserver {

	/**
	 * A call has ended.
	 * @param operation the operation, such as {@code put}
	 * @param nanos how long it took from the call to its end, with retries, in
	 * nanoseconds
	 * @param failure why it failed, or {@code null} if it succeeded
	 */
	default void callEnded(String operation, long nanos, @Nullable Failure failure) {
	}

	/**
	 * An endpoint was connected or lost.
	 * @param endpoint the endpoint, such as {@code http://10.0.0.1:2379}
	 * @param up whether it is connected
	 */
	default void endpointChanged(String endpoint, boolean up) {
	}

	/**
	 * An endpoint is no longer one of the client's. It is not heard of again unless it is
	 * added again. By default it counts as lost.
	 * @param endpoint the endpoint
	 */
	default void endpointRemoved(String endpoint) {
		endpointChanged(endpoint, false);
	}

}
