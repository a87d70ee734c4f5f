/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.util.Map;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import io.github.etcdspring.boot.autoconfigure.actuate.EtcdSanitizingAutoConfiguration;
import io.github.etcdspring.boot.autoconfigure.embedded.EmbeddedEtcdAutoConfiguration;
import io.github.etcdspring.boot.autoconfigure.health.EtcdHealthContributorAutoConfiguration;
import io.github.etcdspring.boot.autoconfigure.health.EtcdHealthIndicator;
import io.github.etcdspring.boot.autoconfigure.metrics.EtcdMetricsAutoConfiguration;
import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.metrics.EtcdClientMetrics;
import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.spring.EtcdTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications that lack what is optional.
 */
class AbsentLibrariesTests {

	private static final Map<String, Class<?>> BEANS = Map.of("org.springframework.boot.health",
			EtcdHealthIndicator.class, "org.springframework.boot.actuate", EtcdSanitizingAutoConfiguration.class,
			"io.micrometer", EtcdClientMetrics.class, "io.github.etcdspring.embedded", EmbeddedEtcd.class);

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withInitializer(SystemEnvironment.empty())
		.withUserConfiguration(Application.class);

	@Test
	void applicationWithEverythingHasAllBeans() {
		this.contextRunner.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(EtcdTemplate.class).hasSingleBean(EtcdClient.class);
			BEANS.values().forEach((type) -> assertThat(context).hasSingleBean(type));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "org.springframework.boot.health", "org.springframework.boot.actuate", "io.micrometer",
			"tools.jackson", "org.springframework.boot.jackson", "org.springframework.boot.micrometer",
			"io.github.etcdspring.embedded" })
	void applicationWithoutALibraryHasAllOtherBeans(String library) {
		this.contextRunner.withClassLoader(new FilteredClassLoader(library)).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(EtcdTemplate.class).hasSingleBean(EtcdClient.class);
			if (BEANS.containsKey(library)) {
				assertThat(context).doesNotHaveBean(BEANS.get(library));
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.grpc", "io.github.etcdspring.client", "io.github.etcdspring.spring" })
	void applicationWithoutWhatIsNeededHasNone(String library) {
		this.contextRunner.withClassLoader(new FilteredClassLoader(library)).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBeanDefinitionNames())
				.noneMatch((name) -> name.startsWith("etcd") && !name.equals("etcdSanitizingFunction"));
		});
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ EtcdAutoConfiguration.class, EtcdSanitizingAutoConfiguration.class,
			EtcdHealthContributorAutoConfiguration.class, EtcdMetricsAutoConfiguration.class,
			EmbeddedEtcdAutoConfiguration.class })
	static class Application {

	}

}
