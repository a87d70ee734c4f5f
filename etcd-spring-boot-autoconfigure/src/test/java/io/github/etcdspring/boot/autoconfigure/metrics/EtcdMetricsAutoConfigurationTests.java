/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.metrics;

import java.time.Duration;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.etcdspring.boot.autoconfigure.EtcdAutoConfiguration;
import io.github.etcdspring.boot.autoconfigure.SystemEnvironment;
import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.metrics.EtcdClientMetrics;
import io.github.etcdspring.spring.EtcdTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link EtcdMetricsAutoConfiguration}.
 */
class EtcdMetricsAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withInitializer(SystemEnvironment.empty())
		.withConfiguration(AutoConfigurations.of(EtcdAutoConfiguration.class, EtcdMetricsAutoConfiguration.class));

	@Test
	void callsAreTimedInTheRegistryOfTheApplication() {
		this.contextRunner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues("etcd.endpoints=127.0.0.1:1", "etcd.connect-timeout=1s")
			.run((context) -> {
				EtcdClient client = context.getBean(EtcdClient.class);
				assertThatExceptionOfType(EtcdException.class)
					.isThrownBy(() -> client.kv().get("key").timeout(Duration.ofSeconds(5)).sync());
				assertThat(context.getBean(MeterRegistry.class)
					.get("etcd.client.calls")
					.tag("operation", "get")
					.tag("outcome", "NOT_APPLIED")
					.timer()
					.count()).isEqualTo(1);
			});
	}

	@Test
	void registryOfSpringBootIsUsed() {
		this.contextRunner
			.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
					CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class))
			.run((context) -> assertThat(context).hasSingleBean(EtcdClientMetrics.class));
	}

	@Test
	void metersOfTheApplicationAreUsed() {
		this.contextRunner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withBean("ownMetrics", EtcdClientMetrics.class, () -> new EtcdClientMetrics(new SimpleMeterRegistry()))
			.run((context) -> assertThat(context).hasSingleBean(EtcdClientMetrics.class).hasBean("ownMetrics"));
	}

	@Test
	void nothingIsThereWithoutRegistry() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(EtcdTemplate.class)
			.doesNotHaveBean(EtcdClientMetrics.class));
	}

	@Test
	void nothingIsThereWhenDisabled() {
		this.contextRunner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues("etcd.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(EtcdClientMetrics.class));
	}

}
