/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link PropertiesEtcdConnectionDetails}. What it refuses is in
 * {@link InvalidEtcdPropertyFailureAnalyzerTests}.
 */
class PropertiesEtcdConnectionDetailsTests {

	private final EtcdProperties properties = new EtcdProperties();

	private final SslBundles bundles = new DefaultSslBundleRegistry("mine", SslBundle.systemDefault());

	@Test
	void endpointWithoutSchemeIsHttp() {
		endpoints("a:1", " b ", "[::1]:3");
		assertThat(details().getEndpoints()).containsExactly("http://a:1", "http://b:2379", "http://[::1]:3");
		assertThat(details().getSslBundle()).isNull();
	}

	@Test
	void endpointWithoutSchemeIsHttpsWithSsl() {
		endpoints("a:1");
		this.properties.getSsl().setEnabled(true);
		assertThat(details().getEndpoints()).containsExactly("https://a:1");
		assertThat(details().getSslBundle()).isNull();
	}

	@Test
	void endpointWithoutSchemeIsHttpsBesideHttps() {
		endpoints("HTTPS://a:1", "b:2");
		assertThat(details().getEndpoints()).containsExactly("https://a:1", "https://b:2");
	}

	@Test
	void bundleTurnsSslOn() {
		endpoints("a:1");
		this.properties.getSsl().setBundle("mine");
		assertThat(details().getEndpoints()).containsExactly("https://a:1");
		assertThat(details().getSslBundle()).isNotNull();
	}

	@Test
	void bundleIsNotUsedWithSslOff() {
		endpoints("a:1");
		this.properties.getSsl().setBundle("missing");
		this.properties.getSsl().setEnabled(false);
		assertThat(details().getEndpoints()).containsExactly("http://a:1");
		assertThat(details().getSslBundle()).isNull();
	}

	@Test
	void bundleNeedsBundles() {
		endpoints("a:1");
		this.properties.getSsl().setBundle("mine");
		PropertiesEtcdConnectionDetails details = new PropertiesEtcdConnectionDetails(this.properties, null);
		assertThatIllegalStateException().isThrownBy(details::getSslBundle).withMessageContaining("no SSL bundles");
	}

	@Test
	void credentialsAreThoseOfTheProperties() {
		this.properties.setUsername("user");
		this.properties.setPassword("pass");
		assertThat(details()).extracting("username", "password", "authToken").containsExactly("user", "pass", null);
	}

	private void endpoints(String... endpoints) {
		this.properties.setEndpoints(Arrays.asList(endpoints));
	}

	private PropertiesEtcdConnectionDetails details() {
		return new PropertiesEtcdConnectionDetails(this.properties, this.bundles);
	}

}
