/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * The validated settings of a client.
 *
 * @param endpoints the endpoints; all secure or none
 * @param strategy which of them is used
 * @param timeout how long a unary call may take as a whole
 * @param connectTimeout how long a call waits for an endpoint that accepts it
 * @param maxRetries how often a stream is opened again, -1 for any number of times
 * @param retryReads whether reads are repeated after failures of the cluster
 * @param authToken a token that the application manages, or {@code null}
 * @param user the user to authenticate as, or {@code null}
 * @param password the user's password, or {@code null}
 * @param tls how {@code https} endpoints are trusted
 * @param maxInboundSize the largest answer in bytes
 * @param maxOutboundSize the largest request in bytes
 * @param keepAliveTime how long a connection with open calls may be silent before a ping,
 * zero for no pings
 * @param keepAliveTimeout how long a ping may stay unanswered
 * @param callbackExecutor runs the application's callbacks, {@code null} for own threads
 * @param healthInterval how often the endpoint in use is checked, zero for never
 * @param healthListener is told of changes of health, or {@code null}
 * @param leaderCheck whether members in use are asked to say that they have no leader
 * @param channelCustomizer customizes each channel
 * @param callObserver is told of every call, or {@code null}
 * @since 0.1.0
 */
public record TransportOptions(List<EndpointAddress> endpoints, EndpointStrategy strategy, Duration timeout,
		Duration connectTimeout, int maxRetries, boolean retryReads, @Nullable String authToken, @Nullable String user,
		@Nullable String password, TlsOptions tls, int maxInboundSize, int maxOutboundSize, Duration keepAliveTime,
		Duration keepAliveTimeout, @Nullable Executor callbackExecutor, Duration healthInterval,
		@Nullable HealthListener healthListener, boolean leaderCheck, ChannelCustomizer channelCustomizer,
		@Nullable CallObserver callObserver) {

	@Override
	public String toString() {
		return "TransportOptions[endpoints=" + this.endpoints + ", strategy=" + this.strategy + "]";
	}

}
