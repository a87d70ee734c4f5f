/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import io.grpc.ManagedChannelBuilder;

/**
 * Gets the last word on each gRPC channel before it is built, for instance to add
 * interceptors. The client relies on its own settings of executor, retries and message
 * sizes; a customizer should leave those alone.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ChannelCustomizer {

	/**
	 * Customize a channel. Called once per endpoint and whenever an endpoint is added, on
	 * any thread.
	 * @param builder the channel's builder
	 */
	void customize(ManagedChannelBuilder<?> builder);

}
