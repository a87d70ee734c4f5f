/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.embedded;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.github.etcdspring.boot.autoconfigure.health.EtcdHealthIndicator;
import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.Faults;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.spring.EtcdTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A whole application, found by Spring Boot's own means, that has no etcd but the one
 * inside of it.
 */
class EmbeddedEtcdApplicationTests {

	@Test
	void applicationReadsWritesAndIsHealthy() {
		try (ConfigurableApplicationContext context = start()) {
			EtcdTemplate template = context.getBean(EtcdTemplate.class);
			template.put("flag", new Flag("dark", true), Duration.ofSeconds(60));
			assertThat(template.get("flag", Flag.class).orElseThrow().value()).isEqualTo(new Flag("dark", true));
			EtcdHealthIndicator health = context.getBean(EtcdHealthIndicator.class);
			assertThat(health.health().getStatus()).isEqualTo(Status.UP);
			context.getBean(EtcdClock.class).advance(Duration.ofSeconds(62));
			assertThat(template.get("flag", Flag.class)).isEmpty();
			context.getBean(Faults.class).loseLeader();
			assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
		}
	}

	@Test
	void lazyApplicationHasAServerBeforeItsClient() {
		try (ConfigurableApplicationContext context = start("--spring.main.lazy-initialization=true")) {
			assertThat(context.getBean(EtcdTemplate.class).put("key", "value")).isEqualTo(2);
		}
	}

	@Test
	void contextsThatAreClosedLeaveNoThread() {
		Set<Thread> before = etcdThreads();
		for (int round = 0; round < 10; round++) {
			try (ConfigurableApplicationContext context = start()) {
				context.getBean(EtcdTemplate.class).put("key", "value", Duration.ofSeconds(60));
				assertThat(context.getBean(EmbeddedEtcd.class).port()).isPositive();
				assertThat(etcdThreads()).hasSizeGreaterThan(before.size());
			}
		}
		await().atMost(Duration.ofSeconds(30)).until(() -> before.containsAll(etcdThreads()));
	}

	private static Set<Thread> etcdThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().contains("etcd"))
			.collect(Collectors.toSet());
	}

	private static ConfigurableApplicationContext start(String... arguments) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		return application.run(arguments);
	}

	record Flag(String name, boolean on) {
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
