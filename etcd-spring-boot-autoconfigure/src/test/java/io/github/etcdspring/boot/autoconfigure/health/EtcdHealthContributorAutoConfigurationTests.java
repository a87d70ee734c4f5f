/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.health;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.etcdspring.boot.autoconfigure.EtcdAutoConfiguration;
import io.github.etcdspring.boot.autoconfigure.SystemEnvironment;
import io.github.etcdspring.client.EtcdClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EtcdHealthContributorAutoConfiguration}.
 */
class EtcdHealthContributorAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withInitializer(SystemEnvironment.empty())
		.withConfiguration(AutoConfigurations.of(EtcdAutoConfiguration.class,
				EtcdHealthContributorAutoConfiguration.class, HealthContributorAutoConfiguration.class));

	@Test
	void indicatorIsThere() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(EtcdHealthIndicator.class)
			.hasBean("etcdHealthContributor"));
	}

	@Test
	void indicatorIsNotThereWhenDisabled() {
		this.contextRunner.withPropertyValues("management.health.etcd.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(EtcdClient.class)
				.doesNotHaveBean(EtcdHealthIndicator.class));
	}

	@Test
	void indicatorIsNotThereWithoutClient() {
		this.contextRunner.withPropertyValues("etcd.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(EtcdHealthIndicator.class));
	}

	@Test
	void indicatorOfTheApplicationIsUsed() {
		this.contextRunner.withBean("etcdHealthIndicator", HealthIndicator.class, () -> () -> Health.unknown().build())
			.run((context) -> assertThat(context).doesNotHaveBean(EtcdHealthIndicator.class)
				.hasBean("etcdHealthIndicator"));
	}

	@Test
	void severalClientsHaveAnIndicatorEach() {
		this.contextRunner.withBean("one", EtcdClient.class, () -> EtcdClient.builder().build())
			.withBean("two", EtcdClient.class, () -> EtcdClient.builder().build())
			.run((context) -> assertThat(context.getBean("etcdHealthContributor", HealthContributor.class))
				.isInstanceOfSatisfying(CompositeHealthContributor.class, (contributor) -> {
					assertThat(contributor.getContributor("one")).isInstanceOf(EtcdHealthIndicator.class);
					assertThat(contributor.getContributor("two")).isInstanceOf(EtcdHealthIndicator.class);
				}));
	}

}
