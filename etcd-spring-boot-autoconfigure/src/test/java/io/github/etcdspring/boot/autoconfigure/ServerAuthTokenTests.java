/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the environment variable that clients and servers share.
 */
@ExtendWith(OutputCaptureExtension.class)
class ServerAuthTokenTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EtcdAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(strings = { "simple", "jwt", "jwt,pub-key=/s3cret.pub,priv-key=/s3cret,sign-method=RS256" })
	void settingOfTheServerInTheEnvironmentIsSkippedWithOneWarning(String setting, CapturedOutput output) {
		withVariable(setting).run((context) -> assertThat(token(context)).isNull());
		assertThat(output.getOut().split("ETCD_AUTH_TOKEN", -1)).hasSize(2);
		assertThat(output).contains("WARN").doesNotContain("s3cret");
	}

	@Test
	void nextPropertySourceIsUsed() {
		withVariable("simple").withInitializer((context) -> below(context, "etcd.auth_token", "${other}"))
			.withPropertyValues("other=abc.123")
			.run((context) -> assertThat(token(context)).isEqualTo("abc.123"));
	}

	@Test
	void sourceBeforeTheEnvironmentIsUsedWithoutWarning(CapturedOutput output) {
		withVariable("simple").withPropertyValues("etcd.auth-token=abc.123")
			.run((context) -> assertThat(token(context)).isEqualTo("abc.123"));
		assertThat(output).doesNotContain("ETCD_AUTH_TOKEN");
	}

	@Test
	void tokenInTheEnvironmentComesBeforeLaterSources(CapturedOutput output) {
		withVariable("abc.123").withInitializer((context) -> below(context, "etcd.auth-token", "other"))
			.run((context) -> assertThat(token(context)).isEqualTo("abc.123"));
		assertThat(output).doesNotContain("ETCD_AUTH_TOKEN");
	}

	@Test
	void settingOfTheServerAnywhereElseFailsTheStart() {
		this.contextRunner.withInitializer(SystemEnvironment.empty())
			.withPropertyValues("etcd.auth-token=simple")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidEtcdPropertyException.class)
				.hasMessageContaining("etcd.auth-token"));
		withVariable("jwt").withInitializer((context) -> below(context, "etcd.auth-token", "${ETCD_AUTH_TOKEN}"))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidEtcdPropertyException.class));
		this.contextRunner.withInitializer(SystemEnvironment.of(Map.of("ETCD_AUTHTOKEN", "simple")))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidEtcdPropertyException.class));
	}

	@Test
	void realApplicationSkipsTheSettingToo() {
		StandardEnvironment environment = new StandardEnvironment();
		String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
		environment.getPropertySources()
			.replace(name, new SystemEnvironmentPropertySource(name, Map.of("ETCD_AUTH_TOKEN", "simple")));
		SpringApplication application = new SpringApplication(EtcdAutoConfiguration.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setEnvironment(environment);
		application.setDefaultProperties(Map.of("etcd.auth-token", "abc.123"));
		try (ConfigurableApplicationContext context = application.run()) {
			assertThat(ConfigurationPropertySources
				.isAttachedConfigurationPropertySource(context.getEnvironment().getPropertySources().iterator().next()))
				.isTrue();
			assertThat(token(context)).isEqualTo("abc.123");
		}
	}

	private ApplicationContextRunner withVariable(String value) {
		return this.contextRunner.withInitializer(SystemEnvironment.of(Map.of("ETCD_AUTH_TOKEN", value)));
	}

	private static void below(ConfigurableApplicationContext context, String name, String value) {
		context.getEnvironment().getPropertySources().addLast(new MapPropertySource("file", Map.of(name, value)));
	}

	private static @Nullable String token(ConfigurableApplicationContext context) {
		return context.getBean(EtcdProperties.class).getAuthToken();
	}

}
