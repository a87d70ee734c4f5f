/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelProvider;
import io.grpc.ManagedChannelRegistry;
import io.grpc.NameResolver;
import org.jspecify.annotations.Nullable;

/**
 * Gives gRPC, for the threads on which a simulation runs, simulated channels instead of
 * real ones, so that the client makes its channels as it always does.
 */
final class SimulatedChannels extends ManagedChannelProvider {

	private static final ThreadLocal<@Nullable Network> current = new ThreadLocal<>();

	/**
	 * Run with the channels of a network instead of real ones.
	 * @param network the network
	 * @param task what to run
	 */
	static void with(Network network, Runnable task) {
		SimulatedChannels provider = new SimulatedChannels();
		ManagedChannelRegistry.getDefaultRegistry().register(provider);
		current.set(network);
		try {
			task.run();
		}
		finally {
			current.remove();
			ManagedChannelRegistry.getDefaultRegistry().deregister(provider);
		}
	}

	@Override
	protected boolean isAvailable() {
		return true;
	}

	@Override
	protected int priority() {
		return 10;
	}

	@Override
	protected ManagedChannelBuilder<?> builderForAddress(String name, int port) {
		throw new UnsupportedOperationException();
	}

	@Override
	protected ManagedChannelBuilder<?> builderForTarget(String target) {
		throw new UnsupportedOperationException();
	}

	@Override
	protected NewChannelBuilderResult newChannelBuilder(String target, ChannelCredentials credentials) {
		Network network = current.get();
		return (network != null) ? NewChannelBuilderResult.channelBuilder(new Builder(network, target))
				: NewChannelBuilderResult.error("no simulation on this thread");
	}

	@Override
	protected Collection<Class<? extends SocketAddress>> getSupportedSocketAddressTypes() {
		return List.of(InetSocketAddress.class);
	}

	private static final class Builder extends ManagedChannelBuilder<Builder> {

		private final Network network;

		private final String target;

		Builder(Network network, String target) {
			this.network = network;
			this.target = target;
		}

		@Override
		public ManagedChannel build() {
			return this.network.link(this.target.substring("dns:///".length())).newChannel();
		}

		@Override
		public Builder directExecutor() {
			return this;
		}

		@Override
		public Builder executor(Executor executor) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Builder intercept(List<ClientInterceptor> interceptors) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Builder intercept(ClientInterceptor... interceptors) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Builder userAgent(String userAgent) {
			return this;
		}

		@Override
		public Builder overrideAuthority(String authority) {
			return this;
		}

		@Override
		@Deprecated
		public Builder nameResolverFactory(NameResolver.Factory resolverFactory) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Builder decompressorRegistry(DecompressorRegistry registry) {
			return this;
		}

		@Override
		public Builder compressorRegistry(CompressorRegistry registry) {
			return this;
		}

		@Override
		public Builder idleTimeout(long value, TimeUnit unit) {
			return this;
		}

		@Override
		public Builder maxInboundMessageSize(int bytes) {
			return this;
		}

		@Override
		public Builder keepAliveTime(long keepAliveTime, TimeUnit timeUnit) {
			return this;
		}

		@Override
		public Builder keepAliveTimeout(long keepAliveTimeout, TimeUnit timeUnit) {
			return this;
		}

		@Override
		public Builder keepAliveWithoutCalls(boolean enable) {
			return this;
		}

		@Override
		public Builder disableRetry() {
			return this;
		}

		@Override
		public Builder disableServiceConfigLookUp() {
			return this;
		}

	}

}
