/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.time.Duration;
import java.util.Map;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.transport.EndpointStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EtcdProperties}: what binds, and that it reaches the client.
 */
class EtcdPropertiesTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withInitializer(SystemEnvironment.empty())
		.withConfiguration(AutoConfigurations.of(EtcdAutoConfiguration.class));

	@Test
	void defaultsAreThoseOfTheClient() {
		EtcdProperties properties = new EtcdProperties();
		EtcdClient.Builder configured = new EtcdClientFactory(properties,
				new PropertiesEtcdConnectionDetails(properties, null))
			.builder();
		assertThat(configured).usingRecursiveComparison().isEqualTo(EtcdClient.builder());
	}

	@Test
	void everyPropertyReachesTheClient() {
		this.contextRunner.withInitializer(new ConfigDataApplicationContextInitializer())
			.withPropertyValues("spring.config.location=classpath:every-property.yml")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(builder(context))
					.extracting("strategy", "timeout", "connectTimeout", "maxRetries", "retryReads", "user", "password",
							"maxInboundSize", "maxOutboundSize", "keepAliveTime", "keepAliveTimeout")
					.containsExactly(EndpointStrategy.ROUND_ROBIN, Duration.ofSeconds(7), Duration.ofSeconds(2), -1,
							false, "user", "pass", 3_000_000, 1024 * 1024, Duration.ofSeconds(20),
							Duration.ofSeconds(4));
				assertThat(builder(context)).extracting("endpoints")
					.asInstanceOf(InstanceOfAssertFactories.LIST)
					.containsExactly("https://a:1", "https://b:2");
				assertThat(builder(context)).extracting("namespace")
					.isEqualTo(namespace(EtcdClient.builder().namespace("/team-a")));
				EtcdProperties properties = context.getBean(EtcdProperties.class);
				assertThat(properties.getHealth().getInterval()).isEqualTo(Duration.ofSeconds(9));
				assertThat(properties.getHealth().getTimeout()).isEqualTo(Duration.ofMillis(1500));
				assertThat(properties.getSsl().getEnabled()).isTrue();
			});
	}

	@Test
	void underscoresAndBareNumbersBind() {
		this.contextRunner.withInitializer(new ConfigDataApplicationContextInitializer())
			.withPropertyValues("spring.config.location=classpath:underscores.yml")
			.run((context) -> assertThat(builder(context)).extracting("maxRetries", "authToken", "timeout")
				.containsExactly(7, "abc.123", Duration.ofSeconds(45)));
	}

	@Test
	void environmentVariablesBind() {
		this.contextRunner
			.withInitializer(SystemEnvironment.of(Map.of("ETCD_ENDPOINTS", "http://a:1,http://b:2",
					"ETCD_CONNECTTIMEOUT", "3", "ETCD_MAX_OUTBOUND_SIZE", "1MB", "ETCD_AUTH_TOKEN", "abc.123")))
			.run((context) -> {
				EtcdProperties properties = context.getBean(EtcdProperties.class);
				assertThat(properties.getEndpoints()).containsExactly("http://a:1", "http://b:2");
				assertThat(properties.getConnectTimeout()).isEqualTo(Duration.ofSeconds(3));
				assertThat(properties.getMaxOutboundSize()).isEqualTo(DataSize.ofMegabytes(1));
				assertThat(properties.getAuthToken()).isEqualTo("abc.123");
			});
	}

	@Test
	void emptyValuesAreAsGoodAsNone() {
		this.contextRunner
			.withPropertyValues("etcd.auth-token=", "etcd.username=", "etcd.password=", "etcd.namespace=",
					"etcd.ssl.bundle=", "etcd.ssl.enabled=", "etcd.timeout=", "etcd.max-inbound-size=")
			.run((context) -> assertThat(builder(context)).usingRecursiveComparison()
				.ignoringFields("channelCustomizer")
				.isEqualTo(EtcdClient.builder()));
	}

	private static EtcdClient.Builder builder(AssertableApplicationContext context) {
		return new EtcdClientFactory(context.getBean(EtcdProperties.class),
				context.getBean(EtcdConnectionDetails.class))
			.builder();
	}

	private static Object namespace(EtcdClient.Builder builder) {
		return assertThat(builder).extracting("namespace").actual();
	}

}
