/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;

import io.github.etcdspring.boot.autoconfigure.health.EtcdHealthIndicator;
import io.github.etcdspring.spring.EtcdEntry;
import io.github.etcdspring.spring.EtcdTemplate;
import io.github.etcdspring.spring.grpc.EtcdChannelCustomizer;
import io.github.etcdspring.spring.health.EtcdHealthChangedEvent;
import io.github.etcdspring.spring.health.EtcdHealthListener;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.TestPrefix;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A whole application, found by Spring Boot's own means, on a real etcd.
 */
@WithEtcd(isolated = true)
class EtcdApplicationTests {

	private final EtcdServer server;

	EtcdApplicationTests(EtcdServer server) {
		this.server = server;
	}

	@Test
	void applicationReadsWritesAndIsHealthy(@TestPrefix String prefix) {
		try (ConfigurableApplicationContext context = start("--etcd.namespace=" + prefix)) {
			EtcdTemplate template = context.getBean(EtcdTemplate.class);
			long revision = template.put("flag", new Flag("dark", true));
			assertThat(template.get("flag", Flag.class))
				.contains(new EtcdEntry<>("flag", new Flag("dark", true), revision, 1, 0));
			assertThat(context.getBean(EtcdHealthIndicator.class).health().getStatus()).isEqualTo(Status.UP);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			assertThat(meters.get("etcd.client.calls").tag("operation", "put").timer().count()).isEqualTo(1);
			assertThat(meters.get("etcd.client.endpoint.up").tag("endpoint", this.server.endpoint()).gauge().value())
				.isEqualTo(1);
		}
		try (ConfigurableApplicationContext context = start()) {
			assertThat(context.getBean(EtcdTemplate.class).get(prefix + "flag", String.class).orElseThrow().value())
				.isEqualTo("{\"name\":\"dark\",\"on\":true}");
		}
	}

	@Test
	void channelCustomizersAreAppliedInTheirOrder() {
		try (ConfigurableApplicationContext context = start()) {
			context.getBean(EtcdTemplate.class).get("key", String.class);
			assertThat(context.getBean(Recorder.class).channels()).containsSubsequence("first", "second");
			assertThat(context.getBean(Recorder.class).calls()).hasPositiveValue();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void changesOfHealthAreToldAndPublished(boolean lazy) {
		try (ConfigurableApplicationContext context = start("--etcd.health.interval=100ms",
				"--spring.main.lazy-initialization=" + lazy)) {
			Recorder recorder = context.getBean(Recorder.class);
			context.getBean(EtcdTemplate.class).get("key", String.class);
			this.server.kill();
			String endpoint = this.server.endpoint();
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(recorder.health()).containsExactly("false " + endpoint,
						new EtcdHealthChangedEvent(false, endpoint)));
			this.server.start();
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(recorder.health()).hasSize(4)
					.endsWith("true " + endpoint, new EtcdHealthChangedEvent(true, endpoint)));
		}
	}

	@Test
	void contextsThatAreClosedLeaveNoThread() {
		Set<Thread> before = etcdThreads();
		for (int round = 0; round < 10; round++) {
			try (ConfigurableApplicationContext context = start("--etcd.health.interval=100ms")) {
				assertThat(context.getBean(EtcdHealthIndicator.class).health().getStatus()).isEqualTo(Status.UP);
				assertThat(etcdThreads()).hasSizeGreaterThan(before.size());
			}
		}
		await().atMost(Duration.ofSeconds(30)).until(() -> before.containsAll(etcdThreads()));
	}

	private static Set<Thread> etcdThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("etcd-"))
			.collect(Collectors.toSet());
	}

	private ConfigurableApplicationContext start(String... arguments) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		List<String> all = new ArrayList<>(List.of(arguments));
		all.add("--etcd.endpoints=" + this.server.endpoint());
		return application.run(all.toArray(String[]::new));
	}

	record Flag(String name, boolean on) {
	}

	/**
	 * What the beans of the application were told.
	 *
	 * @param channels by the customizers
	 * @param calls by the interceptor
	 * @param health by the listener and as events
	 */
	record Recorder(List<String> channels, AtomicInteger calls, List<Object> health) {

		@EventListener
		void onHealthChanged(EtcdHealthChangedEvent event) {
			this.health.add(event);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Recorder recorder() {
			return new Recorder(new CopyOnWriteArrayList<>(), new AtomicInteger(), new CopyOnWriteArrayList<>());
		}

		@Bean
		EtcdHealthListener healthListener(Recorder recorder, EtcdTemplate template) {
			// A listener may well need the client that calls it.
			assertThat(template).isNotNull();
			return (healthy, endpoint) -> recorder.health().add(healthy + " " + endpoint);
		}

		@Bean
		@Order(2)
		EtcdChannelCustomizer secondChannelCustomizer(Recorder recorder) {
			return (builder) -> recorder.channels().add("second");
		}

		@Bean
		@Order(1)
		EtcdChannelCustomizer firstChannelCustomizer(Recorder recorder) {
			return (builder) -> {
				recorder.channels().add("first");
				builder.intercept(new CallCounter(recorder.calls()));
			};
		}

	}

	/**
	 * Counts calls.
	 *
	 * @param calls the counter
	 */
	record CallCounter(AtomicInteger calls) implements ClientInterceptor {

		@Override
		public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
			this.calls.incrementAndGet();
			return next.newCall(method, options);
		}

	}

}
