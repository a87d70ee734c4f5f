/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

import io.grpc.ChannelCredentials;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Makes the channels of one endpoint, with everything of gRPC off that the engine does
 * itself.
 *
 * @param configured the endpoint as the application wrote it
 * @param address the address of its name, or {@code null} if it has no name
 * @param credentials how the server is trusted
 * @param options the client's settings
 */
record ChannelFactory(EndpointAddress configured, @Nullable InetAddress address, ChannelCredentials credentials,
		TransportOptions options) {

	/**
	 * Name the endpoint.
	 * @return the endpoint as it was configured, with its address if it has a name
	 */
	String name() {
		String numeric = numericAuthority();
		return numeric.equals(this.configured.authority()) ? this.configured.toString()
				: this.configured + " (" + numeric + ")";
	}

	/**
	 * Create a channel; it is not connected yet.
	 * @return the channel
	 */
	ManagedChannel create() {
		ManagedChannelBuilder<?> builder = Grpc.newChannelBuilder(target(), this.credentials)
			.overrideAuthority(this.configured.authority())
			.directExecutor()
			// One owner of retries, and gRPC's own layer costs a fifth of a call.
			.disableRetry()
			.disableServiceConfigLookUp()
			.maxInboundMessageSize(this.options.maxInboundSize())
			.userAgent("etcd-spring")
			// etcd never compresses unless asked to.
			.decompressorRegistry(DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false));
		if (!this.options.keepAliveTime().isZero()) {
			builder.keepAliveTime(Timer.nanos(this.options.keepAliveTime()), TimeUnit.NANOSECONDS)
				.keepAliveTimeout(Timer.nanos(this.options.keepAliveTimeout()), TimeUnit.NANOSECONDS)
				.keepAliveWithoutCalls(false);
		}
		this.options.channelCustomizer().customize(builder);
		return builder.build();
	}

	private String target() {
		// A URI takes no brackets in its path, and an IPv6 address has them, and perhaps
		// a percent sign before its zone.
		return "dns:///" + numericAuthority().replace("%", "%25").replace("[", "%5B").replace("]", "%5D");
	}

	private String numericAuthority() {
		return (this.address != null)
				? new EndpointAddress(this.configured.secure(), this.address.getHostAddress(), this.configured.port())
					.authority()
				: this.configured.authority();
	}

}
