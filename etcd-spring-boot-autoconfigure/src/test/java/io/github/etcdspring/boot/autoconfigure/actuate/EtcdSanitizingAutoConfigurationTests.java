/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.actuate;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.autoconfigure.context.properties.ConfigurationPropertiesReportEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.env.EnvironmentEndpointAutoConfiguration;
import org.springframework.boot.actuate.context.properties.ConfigurationPropertiesReportEndpoint;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.env.EnvironmentEndpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.etcdspring.boot.autoconfigure.EtcdAutoConfiguration;
import io.github.etcdspring.boot.autoconfigure.SystemEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EtcdSanitizingAutoConfiguration}.
 */
class EtcdSanitizingAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withInitializer(SystemEnvironment.of(Map.of("ETCD_PASSWORD", "s3cret")))
		.withConfiguration(AutoConfigurations.of(EtcdAutoConfiguration.class, EtcdSanitizingAutoConfiguration.class));

	@Test
	void secretsAreOnNoPageThatShowsValues() {
		this.contextRunner
			.withConfiguration(AutoConfigurations.of(ConfigurationPropertiesReportEndpointAutoConfiguration.class,
					EnvironmentEndpointAutoConfiguration.class))
			.withPropertyValues("etcd.username=visible", "etcd.password=s3cret", "etcd.endpoints=http://visible:1",
					"management.endpoints.web.exposure.include=*", "management.endpoints.jmx.exposure.include=*",
					"management.endpoint.env.show-values=always", "management.endpoint.configprops.show-values=always")
			.run((context) -> {
				String properties = context.getBean(ConfigurationPropertiesReportEndpoint.class)
					.configurationProperties()
					.getContexts()
					.values()
					.iterator()
					.next()
					.getBeans()
					.values()
					.stream()
					.map((bean) -> bean.getProperties() + " " + bean.getInputs())
					.toList()
					.toString();
				assertThat(properties).contains("visible", SanitizableData.SANITIZED_VALUE).doesNotContain("s3cret");
				StringBuilder environment = new StringBuilder();
				context.getBean(EnvironmentEndpoint.class)
					.environment(null)
					.getPropertySources()
					.forEach((source) -> source.getProperties()
						.forEach((name, value) -> environment.append(name).append('=').append(value.getValue())));
				assertThat(environment).contains("visible", "ETCD_PASSWORD=******").doesNotContain("s3cret");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "etcd.auth-token", "etcd.authToken", "etcd.auth_token", "ETCD_AUTH_TOKEN",
			"ETCD_AUTHTOKEN", "etcd.password", "ETCD_PASSWORD" })
	void secretsAreKnownByAnySpelling(String key) {
		assertThat(sanitize(key)).isEqualTo(SanitizableData.SANITIZED_VALUE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "etcd.username", "etcd.endpoints", "my.etcd.password.hint", "password" })
	void otherValuesAreNotTouched(String key) {
		assertThat(sanitize(key)).isEqualTo("value");
	}

	private @Nullable Object sanitize(String key) {
		SanitizingFunction function = new EtcdSanitizingAutoConfiguration().etcdSanitizingFunction();
		return function.applyUnlessFiltered(new SanitizableData(null, key, "value")).getValue();
	}

}
