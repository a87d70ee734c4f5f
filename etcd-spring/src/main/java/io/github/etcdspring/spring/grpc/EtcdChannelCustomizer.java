/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring.grpc;

import io.grpc.ManagedChannelBuilder;

import io.github.etcdspring.client.transport.ChannelCustomizer;

/**
 * A bean that customizes the gRPC channels of the auto-configured client, for instance
 * adds interceptors. Several are applied in their order. The client relies on its own
 * settings of executor, retries and message sizes; a customizer should leave those alone.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface EtcdChannelCustomizer extends ChannelCustomizer {

	/**
	 * Customize a channel. Called once per channel, when it is made, on any thread.
	 * @param builder the channel's builder
	 */
	@Override
	void customize(ManagedChannelBuilder<?> builder);

}
