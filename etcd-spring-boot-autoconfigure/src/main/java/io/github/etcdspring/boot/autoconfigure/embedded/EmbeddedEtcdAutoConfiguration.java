/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.embedded;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

import io.github.etcdspring.boot.autoconfigure.EtcdAutoConfiguration;
import io.github.etcdspring.boot.autoconfigure.EtcdConnectionDetails;
import io.github.etcdspring.boot.autoconfigure.EtcdProperties;
import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.Faults;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.spring.EtcdTemplate;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for an etcd inside the JVM of the
 * application, for development and tests. It serves if {@code etcd-embedded} is on the
 * class path and nothing says where another etcd is: neither {@code etcd.endpoints} nor
 * an {@link EtcdConnectionDetails} or {@link EtcdClient} bean. What is built ahead of
 * time decides that when it is built, and does not start if {@code etcd.endpoints} is set
 * later.
 * <p>
 * The server starts before the client and is stopped after it, with the application
 * context; a restart, also one by Spring Boot's developer tools, begins with an empty
 * one. It has no users and no TLS: {@code etcd.username}, {@code etcd.password},
 * {@code etcd.auth-token} and {@code etcd.ssl} are not used with it, as always with
 * {@link EtcdConnectionDetails}. An {@link EmbeddedEtcd} bean of the application is used
 * in place of the one that the properties {@code etcd.embedded} describe, and an
 * {@link EtcdClock} bean in place of the clock that they describe.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = EtcdAutoConfiguration.class)
@ConditionalOnClass(value = { EmbeddedEtcd.class, EtcdClient.class, EtcdTemplate.class },
		name = "io.grpc.ManagedChannelBuilder")
@ConditionalOnBooleanProperty(name = { "etcd.enabled", "etcd.embedded.enabled" }, matchIfMissing = true)
@Conditional(NoEndpointsCondition.class)
@ConditionalOnMissingBean({ EtcdConnectionDetails.class, EtcdClient.class })
@EnableConfigurationProperties({ EmbeddedEtcdProperties.class, EtcdProperties.class })
public final class EmbeddedEtcdAutoConfiguration {

	private static final Log logger = LogFactory.getLog(EmbeddedEtcdAutoConfiguration.class);

	EmbeddedEtcdAutoConfiguration() {
	}

	// A server of the application's own has its own clock.
	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean({ EmbeddedEtcd.class, EtcdClock.class })
	EtcdClock embeddedEtcdClock(EmbeddedEtcdProperties properties) {
		return (properties.getClock() == EmbeddedEtcdProperties.Clock.MANUAL) ? EtcdClock.manual() : EtcdClock.system();
	}

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean
	EmbeddedEtcd embeddedEtcd(EmbeddedEtcdProperties properties, EtcdClock clock) {
		return new EmbeddedEtcdFactory(properties, clock).start();
	}

	@Bean(destroyMethod = "")
	@ConditionalOnMissingBean
	EtcdClock embeddedEtcdServerClock(EmbeddedEtcd server) {
		return server.clock();
	}

	@Bean
	@ConditionalOnMissingBean
	Faults embeddedEtcdFaults(EmbeddedEtcd server) {
		return server.faults();
	}

	@Bean
	EmbeddedEtcdConnectionDetails embeddedEtcdConnectionDetails(EmbeddedEtcd server, EtcdProperties properties,
			EmbeddedEtcdProperties embeddedProperties, Environment environment) {
		NoEndpointsCondition.requireMatch(environment);
		String remedy = (embeddedProperties.isReplaceEndpoints())
				? "It replaces etcd.endpoints because of etcd.embedded.replace-endpoints"
				: "Set etcd.endpoints to use a real one";
		List<String> unused = unused(properties);
		logger.warn("etcd is embedded at " + server.endpoint() + ": it lives in this JVM, keeps nothing and is not for"
				+ " production. " + remedy
				+ (unused.isEmpty() ? "" : ". Set, but not used: " + String.join(", ", unused)));
		return new EmbeddedEtcdConnectionDetails(server);
	}

	private static List<String> unused(EtcdProperties properties) {
		List<String> names = new ArrayList<>();
		if (StringUtils.hasLength(properties.getAuthToken())) {
			names.add("etcd.auth-token");
		}
		if (StringUtils.hasLength(properties.getUsername())) {
			names.add("etcd.username");
		}
		if (StringUtils.hasLength(properties.getPassword())) {
			names.add("etcd.password");
		}
		if (Boolean.TRUE.equals(properties.getSsl().getEnabled())) {
			names.add("etcd.ssl.enabled");
		}
		if (StringUtils.hasLength(properties.getSsl().getBundle())) {
			names.add("etcd.ssl.bundle");
		}
		return names;
	}

}
