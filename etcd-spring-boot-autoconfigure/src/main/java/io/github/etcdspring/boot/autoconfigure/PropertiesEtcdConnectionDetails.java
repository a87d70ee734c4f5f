/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

import io.github.etcdspring.client.transport.EndpointAddress;

/**
 * Adapts {@link EtcdProperties} to {@link EtcdConnectionDetails}, and refuses what cannot
 * be right.
 */
final class PropertiesEtcdConnectionDetails implements EtcdConnectionDetails {

	private static final String ENDPOINTS = "etcd.endpoints";

	private final EtcdProperties properties;

	private final @Nullable SslBundles sslBundles;

	private final List<String> endpoints;

	PropertiesEtcdConnectionDetails(EtcdProperties properties, @Nullable SslBundles sslBundles) {
		this.properties = properties;
		this.sslBundles = sslBundles;
		this.endpoints = resolveEndpoints(properties.getEndpoints());
		checkAuthentication();
	}

	private List<String> resolveEndpoints(List<String> configured) {
		List<String> trimmed = configured.stream().map(String::strip).toList();
		boolean https = trimmed.stream().anyMatch((endpoint) -> hasScheme(endpoint, "https"));
		boolean http = trimmed.stream().anyMatch((endpoint) -> hasScheme(endpoint, "http"));
		Boolean enabled = this.properties.getSsl().getEnabled();
		if (Boolean.FALSE.equals(enabled) && https) {
			throw new InvalidEtcdPropertyException("etcd.ssl.enabled", "false",
					"it contradicts the https endpoints in " + ENDPOINTS + " " + shown(trimmed),
					"Remove etcd.ssl.enabled, or write http:// in " + ENDPOINTS + ".");
		}
		if (usesBundleOrSsl() && http && !https) {
			String property = Boolean.TRUE.equals(enabled) ? "etcd.ssl.enabled" : "etcd.ssl.bundle";
			throw new InvalidEtcdPropertyException(property,
					Boolean.TRUE.equals(enabled) ? "true" : this.properties.getSsl().getBundle(),
					"it contradicts the http endpoints in " + ENDPOINTS + " " + shown(trimmed),
					"Write https:// in " + ENDPOINTS + ", or set etcd.ssl.enabled to false.");
		}
		return parse(trimmed, https || usesBundleOrSsl());
	}

	private boolean usesBundleOrSsl() {
		Boolean enabled = this.properties.getSsl().getEnabled();
		return (enabled != null) ? enabled : StringUtils.hasLength(this.properties.getSsl().getBundle());
	}

	private static List<String> parse(List<String> endpoints, boolean secure) {
		try {
			return EndpointAddress.parseAll(endpoints, secure).stream().map(EndpointAddress::toString).toList();
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidEtcdPropertyException(ENDPOINTS, shown(endpoints), reason(ex),
					"Give each member of the cluster as http://host:port, https://host:port or host:port, all of them"
							+ " http or all of them https, for example " + ENDPOINTS + "=http://127.0.0.1:2379.");
		}
	}

	private static boolean hasScheme(String endpoint, String scheme) {
		return endpoint.toLowerCase(Locale.ROOT).startsWith(scheme + "://");
	}

	private static String reason(IllegalArgumentException ex) {
		return String.valueOf(ex.getMessage());
	}

	// What stands before an '@' may be a password.
	private static String shown(List<String> endpoints) {
		return endpoints.stream()
			.map((endpoint) -> endpoint.substring(endpoint.lastIndexOf('@') + 1))
			.toList()
			.toString();
	}

	private void checkAuthentication() {
		String token = getAuthToken();
		if (ServerAuthToken.isServerSetting(token)) {
			throw new InvalidEtcdPropertyException(ServerAuthToken.PROPERTY, kindOfToken(token),
					"it is a setting of the etcd server, which chooses the kind of tokens, and no token",
					"Remove " + ServerAuthToken.PROPERTY
							+ ", set it to a token, or set etcd.username and etcd.password.");
		}
		if (token != null && getUsername() != null) {
			throw new InvalidEtcdPropertyException(ServerAuthToken.PROPERTY, null,
					"it is set together with etcd.username, and a client authenticates with one of them",
					"Set etcd.auth-token, or etcd.username and etcd.password, but not all of them.");
		}
		if (getUsername() != null && getPassword() == null) {
			throw new InvalidEtcdPropertyException("etcd.username", getUsername(), "it has no password with it",
					"Set etcd.password, too.");
		}
		if (getPassword() != null && getUsername() == null) {
			throw new InvalidEtcdPropertyException("etcd.password", null, "it has no user with it",
					"Set etcd.username, too.");
		}
	}

	// The options after the comma name files.
	private static @Nullable String kindOfToken(@Nullable String setting) {
		return (setting != null) ? setting.strip().split(",", 2)[0] : null;
	}

	@Override
	public List<String> getEndpoints() {
		return this.endpoints;
	}

	@Override
	public @Nullable String getAuthToken() {
		return orNull(this.properties.getAuthToken());
	}

	@Override
	public @Nullable String getUsername() {
		return orNull(this.properties.getUsername());
	}

	@Override
	public @Nullable String getPassword() {
		return orNull(this.properties.getPassword());
	}

	private static @Nullable String orNull(@Nullable String text) {
		return StringUtils.hasLength(text) ? text : null;
	}

	@Override
	public @Nullable SslBundle getSslBundle() {
		String name = this.properties.getSsl().getBundle();
		if (!StringUtils.hasLength(name) || Boolean.FALSE.equals(this.properties.getSsl().getEnabled())) {
			return null;
		}
		Assert.state(this.sslBundles != null, "SSL bundle name has been set but no SSL bundles found in context");
		return ReloadingSslManagers.bundle(this.sslBundles, name);
	}

}
