/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.transport.TlsOptions;

/**
 * Turns properties and connection details into the builder of a client. What the builder
 * refuses is reported under the name of its property.
 */
final class EtcdClientFactory {

	private final EtcdProperties properties;

	private final EtcdConnectionDetails connectionDetails;

	EtcdClientFactory(EtcdProperties properties, EtcdConnectionDetails connectionDetails) {
		this.properties = properties;
		this.connectionDetails = connectionDetails;
	}

	EtcdClient.Builder builder() {
		EtcdClient.Builder builder = EtcdClient.builder();
		applyConnection(builder);
		applyTimes(builder);
		applySizes(builder);
		builder.endpointStrategy(this.properties.getEndpointStrategy());
		builder.retryReads(this.properties.isRetryReads());
		apply("etcd.max-retries", this.properties.getMaxRetries(), builder::maxRetries);
		if (StringUtils.hasLength(this.properties.getNamespace())) {
			apply("etcd.namespace", this.properties.getNamespace(), builder::namespace);
		}
		return builder;
	}

	private void applyConnection(EtcdClient.Builder builder) {
		SslBundle bundle = this.connectionDetails.getSslBundle();
		if (bundle != null) {
			builder.tls(tlsOptions(bundle.getManagers()));
		}
		builder.endpoints(this.connectionDetails.getEndpoints());
		String token = this.connectionDetails.getAuthToken();
		if (token != null) {
			applySecret(ServerAuthToken.PROPERTY, token, builder::authToken);
		}
		String username = this.connectionDetails.getUsername();
		String password = this.connectionDetails.getPassword();
		if (username != null && password != null) {
			builder.credentials(username, password);
		}
		else if (username != null || password != null) {
			throw new IllegalStateException(
					"The EtcdConnectionDetails have a user name without a password, or a password"
							+ " without a user name; give both or none");
		}
	}

	private static TlsOptions tlsOptions(SslManagerBundle managers) {
		return TlsOptions.builder()
			.trustManagers(Arrays.asList(managers.getTrustManagers()))
			.keyManagers(Arrays.asList(managers.getKeyManagers()))
			.build();
	}

	private void applyTimes(EtcdClient.Builder builder) {
		apply("etcd.timeout", this.properties.getTimeout(), builder::timeout);
		apply("etcd.connect-timeout", this.properties.getConnectTimeout(), builder::connectTimeout);
		EtcdProperties.Keepalive keepalive = this.properties.getKeepalive();
		apply("etcd.keepalive.time", keepalive.getTime(), (time) -> builder.keepAlive(time, Duration.ofSeconds(1)));
		apply("etcd.keepalive.timeout", keepalive.getTimeout(),
				(timeout) -> builder.keepAlive(keepalive.getTime(), timeout));
		EtcdProperties.Health health = this.properties.getHealth();
		apply("etcd.health.interval", health.getInterval(), EtcdClientFactory::checkNotNegative);
		apply("etcd.health.timeout", health.getTimeout(), EtcdClientFactory::checkPositive);
	}

	private static void checkNotNegative(Duration duration) {
		if (duration.isNegative()) {
			throw new IllegalArgumentException("it must not be negative; 0 is for never");
		}
	}

	private static void checkPositive(Duration duration) {
		if (duration.isNegative() || duration.isZero()) {
			throw new IllegalArgumentException("it must be positive");
		}
	}

	private void applySizes(EtcdClient.Builder builder) {
		DataSize inbound = this.properties.getMaxInboundSize();
		if (inbound != null) {
			apply("etcd.max-inbound-size", inbound, (size) -> builder.maxInboundSize(bytes(size)));
		}
		apply("etcd.max-outbound-size", this.properties.getMaxOutboundSize(),
				(size) -> builder.maxOutboundSize(bytes(size)));
	}

	private static int bytes(DataSize size) {
		if (size.toBytes() > Integer.MAX_VALUE) {
			throw new IllegalArgumentException("it must be less than 2 GB");
		}
		return (int) Math.max(size.toBytes(), Integer.MIN_VALUE);
	}

	private static <T> void apply(String property, T value, Consumer<T> setter) {
		apply(property, value, shown(value), setter);
	}

	private static <T> void applySecret(String property, T value, Consumer<T> setter) {
		apply(property, value, null, setter);
	}

	private static <T> void apply(String property, T value, @Nullable String shown, Consumer<T> setter) {
		try {
			setter.accept(value);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidEtcdPropertyException(property, shown, String.valueOf(ex.getMessage()),
					"Correct the value of " + property + ", or remove it to use its default.");
		}
	}

	private static String shown(Object value) {
		return (value instanceof Duration duration) ? DurationStyle.SIMPLE.print(duration) : value.toString();
	}

}
