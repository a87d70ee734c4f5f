/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.health;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.CompositeHealthContributorConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

import io.github.etcdspring.boot.autoconfigure.EtcdAutoConfiguration;
import io.github.etcdspring.boot.autoconfigure.EtcdProperties;
import io.github.etcdspring.client.EtcdClient;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link EtcdHealthIndicator}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = EtcdAutoConfiguration.class)
@ConditionalOnClass({ EtcdClient.class, HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(EtcdClient.class)
@ConditionalOnEnabledHealthIndicator("etcd")
@EnableConfigurationProperties(EtcdProperties.class)
public final class EtcdHealthContributorAutoConfiguration
		extends CompositeHealthContributorConfiguration<EtcdHealthIndicator, EtcdClient> {

	EtcdHealthContributorAutoConfiguration(EtcdProperties properties) {
		super((client) -> new EtcdHealthIndicator(client, properties.getHealth().getTimeout()));
	}

	@Bean
	@ConditionalOnMissingBean(name = { "etcdHealthIndicator", "etcdHealthContributor" })
	HealthContributor etcdHealthContributor(ConfigurableListableBeanFactory beanFactory) {
		return createContributor(beanFactory, EtcdClient.class);
	}

}
