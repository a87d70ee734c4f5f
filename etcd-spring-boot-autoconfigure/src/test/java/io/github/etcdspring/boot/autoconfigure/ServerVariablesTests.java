/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.etcdspring.boot.autoconfigure.health.EtcdHealthContributorAutoConfiguration;
import io.github.etcdspring.boot.autoconfigure.metrics.EtcdMetricsAutoConfiguration;
import io.github.etcdspring.client.EtcdClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application may run beside an etcd server, or in Kubernetes beside a service of that
 * name: their environment variables begin with {@code ETCD_} as ours do, and must neither
 * fail the start nor set a property.
 */
class ServerVariablesTests {

	private static final String JUNK = "junk://%zz";

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EtcdAutoConfiguration.class, EtcdMetricsAutoConfiguration.class,
				EtcdHealthContributorAutoConfiguration.class));

	@Test
	void variablesOfTheServerSetNothing() throws IOException {
		Map<String, Object> variables = new HashMap<>();
		for (String flag : flags()) {
			variables.put("ETCD_" + flag.toUpperCase(Locale.ROOT).replace('-', '_'), JUNK);
		}
		assertThat(variables).hasSizeGreaterThan(112).containsKeys("ETCD_NAME", "ETCD_ELECTION_TIMEOUT");
		variables.put("ETCD_AUTH_TOKEN", "jwt,pub-key=/k.pub,priv-key=/k,sign-method=RS256");
		assertNothingIsSet(variables);
	}

	@Test
	void variablesOfKubernetesSetNothing() {
		Map<String, Object> variables = new HashMap<>();
		// One for each service that a team might have.
		for (String service : List.of("ETCD", "ETCD_CLIENT", "ETCD_HEADLESS", "ETCD_HEALTH", "ETCD_SSL",
				"ETCD_KEEPALIVE", "ETCD_ENDPOINTS", "ETCD_NAMESPACE", "ETCD_TIMEOUT")) {
			variables.put(service + "_SERVICE_HOST", "10.0.0.1");
			variables.put(service + "_SERVICE_PORT", "2379");
			variables.put(service + "_SERVICE_PORT_CLIENT", "2379");
			variables.put(service + "_PORT", "tcp://10.0.0.1:2379");
			variables.put(service + "_PORT_2379_TCP", "tcp://10.0.0.1:2379");
			variables.put(service + "_PORT_2379_TCP_PROTO", "tcp");
			variables.put(service + "_PORT_2379_TCP_PORT", "2379");
			variables.put(service + "_PORT_2379_TCP_ADDR", "10.0.0.1");
		}
		assertNothingIsSet(variables);
	}

	private void assertNothingIsSet(Map<String, Object> variables) {
		this.contextRunner.withInitializer(SystemEnvironment.of(variables)).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(EtcdClient.class);
			assertThat(context.getBean(EtcdProperties.class)).usingRecursiveComparison()
				.isEqualTo(new EtcdProperties());
		});
	}

	private static List<String> flags() throws IOException {
		try (InputStream file = Objects
			.requireNonNull(ServerVariablesTests.class.getResourceAsStream("/etcd-server-flags.txt"))) {
			return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines()
				.filter((line) -> !line.isBlank() && !line.startsWith("#"))
				.toList();
		}
	}

}
