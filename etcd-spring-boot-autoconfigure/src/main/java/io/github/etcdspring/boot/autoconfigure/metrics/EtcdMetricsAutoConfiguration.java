/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.github.etcdspring.boot.autoconfigure.EtcdAutoConfiguration;
import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.metrics.EtcdClientMetrics;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the meters of the etcd client:
 * {@code etcd.client.calls} and {@code etcd.client.endpoint.up}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = EtcdAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass({ MeterRegistry.class, EtcdClient.class })
@ConditionalOnBean({ EtcdClient.class, MeterRegistry.class })
public final class EtcdMetricsAutoConfiguration {

	EtcdMetricsAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	EtcdClientMetrics etcdClientMetrics(MeterRegistry registry) {
		return new EtcdClientMetrics(registry);
	}

}
