/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;

import io.github.etcdspring.client.transport.EndpointStrategy;

/**
 * Configuration properties for etcd.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("etcd")
public class EtcdProperties {

	/**
	 * Whether to configure an etcd client.
	 */
	private boolean enabled = true;

	/**
	 * Members of the cluster, each http://host:port, https://host:port or host:port.
	 * Either all are https or none is.
	 */
	private List<String> endpoints = new ArrayList<>(List.of("http://127.0.0.1:2379"));

	/**
	 * Which of several endpoints is used.
	 */
	private EndpointStrategy endpointStrategy = EndpointStrategy.FAILOVER;

	/**
	 * Time that a call may take as a whole, with its retries. At least one second. If a
	 * duration suffix is not specified, seconds are used.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration timeout = Duration.ofSeconds(30);

	/**
	 * Time that a call waits for an endpoint that accepts it. If a duration suffix is not
	 * specified, seconds are used.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration connectTimeout = Duration.ofSeconds(5);

	/**
	 * Number of times that a stream is opened again before it gives up; 0 is never, -1 is
	 * without limit.
	 */
	private int maxRetries = 3;

	/**
	 * Whether reads are sent again after a failure.
	 */
	private boolean retryReads = true;

	/**
	 * Token to authenticate with, managed by the application. Not together with a
	 * username.
	 */
	private @Nullable String authToken;

	/**
	 * Login user of the server. The client fetches its tokens itself.
	 */
	private @Nullable String username;

	/**
	 * Login password of the server.
	 */
	private @Nullable String password;

	/**
	 * Prefix in front of every key that the client uses.
	 */
	private @Nullable String namespace;

	/**
	 * Limit for the size of an answer. Unlimited if not set.
	 */
	private @Nullable DataSize maxInboundSize;

	/**
	 * Limit for the size of a request.
	 */
	private DataSize maxOutboundSize = DataSize.ofMegabytes(2);

	private final Ssl ssl = new Ssl();

	private final Keepalive keepalive = new Keepalive();

	private final Health health = new Health();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public List<String> getEndpoints() {
		return this.endpoints;
	}

	public void setEndpoints(List<String> endpoints) {
		this.endpoints = endpoints;
	}

	public EndpointStrategy getEndpointStrategy() {
		return this.endpointStrategy;
	}

	public void setEndpointStrategy(EndpointStrategy endpointStrategy) {
		this.endpointStrategy = endpointStrategy;
	}

	public Duration getTimeout() {
		return this.timeout;
	}

	public void setTimeout(Duration timeout) {
		this.timeout = timeout;
	}

	public Duration getConnectTimeout() {
		return this.connectTimeout;
	}

	public void setConnectTimeout(Duration connectTimeout) {
		this.connectTimeout = connectTimeout;
	}

	public int getMaxRetries() {
		return this.maxRetries;
	}

	public void setMaxRetries(int maxRetries) {
		this.maxRetries = maxRetries;
	}

	public boolean isRetryReads() {
		return this.retryReads;
	}

	public void setRetryReads(boolean retryReads) {
		this.retryReads = retryReads;
	}

	public @Nullable String getAuthToken() {
		return this.authToken;
	}

	public void setAuthToken(@Nullable String authToken) {
		this.authToken = authToken;
	}

	public @Nullable String getUsername() {
		return this.username;
	}

	public void setUsername(@Nullable String username) {
		this.username = username;
	}

	public @Nullable String getPassword() {
		return this.password;
	}

	public void setPassword(@Nullable String password) {
		this.password = password;
	}

	public @Nullable String getNamespace() {
		return this.namespace;
	}

	public void setNamespace(@Nullable String namespace) {
		this.namespace = namespace;
	}

	public @Nullable DataSize getMaxInboundSize() {
		return this.maxInboundSize;
	}

	public void setMaxInboundSize(@Nullable DataSize maxInboundSize) {
		this.maxInboundSize = maxInboundSize;
	}

	public DataSize getMaxOutboundSize() {
		return this.maxOutboundSize;
	}

	public void setMaxOutboundSize(DataSize maxOutboundSize) {
		this.maxOutboundSize = maxOutboundSize;
	}

	public Ssl getSsl() {
		return this.ssl;
	}

	public Keepalive getKeepalive() {
		return this.keepalive;
	}

	public Health getHealth() {
		return this.health;
	}

	/**
	 * SSL properties.
	 */
	public static class Ssl {

		/**
		 * Whether to use SSL. Enabled automatically if "bundle" is provided or an
		 * endpoint is https, unless specified otherwise.
		 */
		private @Nullable Boolean enabled;

		/**
		 * SSL bundle name. Without one, the system's certificate authorities are trusted.
		 */
		private @Nullable String bundle;

		public @Nullable Boolean getEnabled() {
			return this.enabled;
		}

		public void setEnabled(@Nullable Boolean enabled) {
			this.enabled = enabled;
		}

		public @Nullable String getBundle() {
			return this.bundle;
		}

		public void setBundle(@Nullable String bundle) {
			this.bundle = bundle;
		}

	}

	/**
	 * Properties of the pings on a silent connection with open calls.
	 */
	public static class Keepalive {

		/**
		 * Time that a connection may be silent before it is pinged; 0 is for no pings. If
		 * a duration suffix is not specified, seconds are used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration time = Duration.ofSeconds(10);

		/**
		 * Time that the answer to a ping may take. If a duration suffix is not specified,
		 * seconds are used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration timeout = Duration.ofSeconds(5);

		public Duration getTime() {
			return this.time;
		}

		public void setTime(Duration time) {
			this.time = time;
		}

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

	}

	/**
	 * Health properties.
	 */
	public static class Health {

		/**
		 * Time between two looks at the endpoint in use, whose changes are told to
		 * EtcdHealthListener beans and published as application events; 0 is for never.
		 * If a duration suffix is not specified, seconds are used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration interval = Duration.ZERO;

		/**
		 * Time that the health indicator waits for an answer. If a duration suffix is not
		 * specified, seconds are used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration timeout = Duration.ofSeconds(2);

		public Duration getInterval() {
			return this.interval;
		}

		public void setInterval(Duration interval) {
			this.interval = interval;
		}

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

	}

}
