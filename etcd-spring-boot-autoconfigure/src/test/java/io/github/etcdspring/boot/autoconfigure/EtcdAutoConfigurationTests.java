/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

import io.grpc.ManagedChannelBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import tools.jackson.databind.json.JsonMapper;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.transport.CallObserver;
import io.github.etcdspring.spring.EtcdOperations;
import io.github.etcdspring.spring.EtcdTemplate;
import io.github.etcdspring.spring.codec.EtcdCodecException;
import io.github.etcdspring.spring.codec.EtcdValueCodec;
import io.github.etcdspring.spring.codec.JsonEtcdValueCodec;
import io.github.etcdspring.spring.health.EtcdHealthListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link EtcdAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class EtcdAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withInitializer(SystemEnvironment.empty())
		.withConfiguration(AutoConfigurations.of(EtcdAutoConfiguration.class, SslAutoConfiguration.class));

	@Test
	void beansAreThereWithoutAnyProperty() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasSingleBean(EtcdTemplate.class)
				.hasSingleBean(EtcdConnectionDetails.class)
				.hasSingleBean(JsonEtcdValueCodec.class);
			assertThat(context.getBean(EtcdClient.class).endpoints()).containsExactly("http://127.0.0.1:2379");
		});
	}

	@Test
	void propertiesReachTheClient() {
		this.contextRunner.withPropertyValues("etcd.endpoints=http://a:1,http://b:2")
			.run((context) -> assertThat(context.getBean(EtcdClient.class).endpoints()).containsExactly("http://a:1",
					"http://b:2"));
	}

	@Test
	void nothingIsThereWhenDisabled() {
		this.contextRunner.withPropertyValues("etcd.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(EtcdClient.class)
				.doesNotHaveBean(EtcdOperations.class)
				.doesNotHaveBean(EtcdConnectionDetails.class)
				.doesNotHaveBean(EtcdProperties.class));
	}

	@Test
	void nothingIsThereWithoutTheClient() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(EtcdClient.class))
			.run((context) -> assertThat(context).doesNotHaveBean(EtcdAutoConfiguration.class));
	}

	@Test
	void nothingIsThereWithoutTheTemplate() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("io.github.etcdspring.spring"))
			.run((context) -> assertThat(context).doesNotHaveBean(EtcdAutoConfiguration.class));
	}

	@Test
	void nothingIsThereWithoutGrpc() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(ManagedChannelBuilder.class))
			.run((context) -> assertThat(context).doesNotHaveBean(EtcdAutoConfiguration.class));
	}

	@Test
	void clientOfTheApplicationIsUsed() {
		this.contextRunner.withUserConfiguration(OwnClientConfiguration.class).run((context) -> {
			assertThat(context).hasSingleBean(EtcdClient.class).hasBean("ownClient");
			context.getBean(EtcdTemplate.class)
				.execute((client) -> assertThat(client).isSameAs(context.getBean("ownClient")));
		});
	}

	@Test
	void severalClientsGetNoTemplate() {
		this.contextRunner.withUserConfiguration(OwnClientConfiguration.class, OtherClientConfiguration.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EtcdTemplate.class));
	}

	@Test
	void templateOfTheApplicationIsUsed() {
		this.contextRunner.withUserConfiguration(OwnTemplateConfiguration.class)
			.run((context) -> assertThat(context).hasSingleBean(EtcdOperations.class).hasBean("ownTemplate"));
	}

	@Test
	void connectionDetailsOfTheApplicationReplaceTheProperties() {
		this.contextRunner.withBean(EtcdConnectionDetails.class, () -> () -> List.of("https://there:1"))
			.withPropertyValues("etcd.endpoints=http://a:1", "etcd.username=u", "etcd.password=p")
			.run((context) -> {
				assertThat(context).hasSingleBean(EtcdConnectionDetails.class);
				assertThat(context.getBean(EtcdClient.class).endpoints()).containsExactly("https://there:1");
			});
	}

	@Test
	void codecUsesTheJsonMapperOfTheApplication() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
			.withPropertyValues("spring.jackson.property-naming-strategy=SNAKE_CASE")
			.run((context) -> {
				assertThat(context).hasSingleBean(JsonMapper.class);
				assertThat(context.getBean(EtcdValueCodec.class).encode(new Sample(true)).asUtf8())
					.isEqualTo("{\"is_dark\":true}");
			});
	}

	@Test
	void codecOfTheApplicationIsUsed() {
		this.contextRunner.withBean("ownCodec", EtcdValueCodec.class, EtcdValueCodec::plain)
			.run((context) -> assertThat(context).hasSingleBean(EtcdValueCodec.class).hasBean("ownCodec"));
	}

	@Test
	void withoutJacksonTheCodecSaysHowToGetIt() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("tools.jackson")).run((context) -> {
			EtcdValueCodec codec = context.getBean(EtcdValueCodec.class);
			assertThat(codec.encode("text").asUtf8()).isEqualTo("text");
			assertThatExceptionOfType(EtcdCodecException.class).isThrownBy(() -> codec.encode(new Sample(true)))
				.withMessageContaining("spring-boot-starter-jackson");
		});
	}

	@Test
	void builderCustomizersAreOrderedAndHaveTheLastWord() {
		this.contextRunner.withUserConfiguration(CustomizersConfiguration.class)
			.withPropertyValues("etcd.endpoints=http://property:1")
			.run((context) -> assertThat(context.getBean(EtcdClient.class).endpoints())
				.containsExactly("http://second:2"));
	}

	@Test
	void clientIsClosedWithTheContext() {
		List<EtcdClient> clients = new ArrayList<>();
		this.contextRunner.run((context) -> clients.add(context.getBean(EtcdClient.class)));
		assertThatExceptionOfType(ClientClosedException.class)
			.isThrownBy(() -> clients.get(0).kv().get("key").timeout(Duration.ofSeconds(5)).sync());
	}

	@Test
	void callbacksRunOnThreadsOfTheClient() {
		this.contextRunner.withUserConfiguration(CaptureConfiguration.class)
			.withBean(Executor.class, () -> Runnable::run)
			.run((context) -> assertThat(context.getBean(Captured.class).builder()).extracting("callbackExecutor")
				.isNull());
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void callbacksRunOnVirtualThreadsIfTheApplicationUsesThem() {
		this.contextRunner.withUserConfiguration(CaptureConfiguration.class)
			.withPropertyValues("spring.threads.virtual.enabled=true")
			.run((context) -> assertThat(context.getBean(Captured.class).builder()).extracting("callbackExecutor")
				.isInstanceOf(VirtualThreadTaskExecutor.class));
	}

	@Test
	void observersAreTold() {
		List<String> told = new CopyOnWriteArrayList<>();
		this.contextRunner.withUserConfiguration(CaptureConfiguration.class)
			.withBean("one", CallObserver.class, () -> observer(told, "one"))
			.withBean("two", CallObserver.class, () -> observer(told, "two"))
			.run((context) -> {
				assertThat(context.getBean(Captured.class).builder()).extracting("callObserver")
					.satisfies((observer) -> {
						((CallObserver) observer).endpointChanged("x", true);
						((CallObserver) observer).callEnded("put", 1, null);
					});
				// The client has told of its own endpoint before.
				assertThat(told).contains("one x", "two x", "one put", "two put");
			});
	}

	private static CallObserver observer(List<String> told, String name) {
		return new CallObserver() {

			@Override
			public void callEnded(String operation, long nanos, @Nullable Failure failure) {
				told.add(name + " " + operation);
			}

			@Override
			public void endpointChanged(String endpoint, boolean up) {
				told.add(name + " " + endpoint);
			}

		};
	}

	@Test
	void healthIsNotWatchedWithoutAnInterval(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(CaptureConfiguration.class)
			.run((context) -> assertThat(context.getBean(Captured.class).builder()).extracting("healthListener")
				.isNull());
		assertThat(output).doesNotContain("etcd.health.interval");
	}

	@Test
	void listenerThatIsNeverCalledIsWarnedOf(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(CaptureConfiguration.class)
			.withBean(EtcdHealthListener.class, () -> (healthy, endpoint) -> {
			})
			.run((context) -> assertThat(context.getBean(Captured.class).builder()).extracting("healthListener")
				.isNull());
		assertThat(output).contains("set etcd.health.interval");
	}

	@Test
	void healthIsWatchedWithAnInterval() {
		this.contextRunner.withUserConfiguration(CaptureConfiguration.class)
			.withPropertyValues("etcd.health.interval=5")
			.run((context) -> assertThat(context.getBean(Captured.class).builder())
				.extracting("healthInterval", "healthListener.class")
				.containsExactly(Duration.ofSeconds(5), EtcdHealthNotifier.class));
	}

	@Test
	void unknownBundleFailsTheStart() {
		this.contextRunner.withPropertyValues("etcd.endpoints=there:1", "etcd.ssl.bundle=missing")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(NoSuchSslBundleException.class));
	}

	record Sample(boolean isDark) {
	}

	/**
	 * The builder as the last customizer sees it.
	 *
	 * @param builders the builder, when there is a client
	 */
	record Captured(List<EtcdClient.Builder> builders) {

		EtcdClient.Builder builder() {
			return this.builders.get(0);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CaptureConfiguration {

		@Bean
		Captured captured() {
			return new Captured(new ArrayList<>());
		}

		@Bean
		EtcdClientBuilderCustomizer capture(Captured captured) {
			return captured.builders()::add;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CustomizersConfiguration {

		@Bean
		@Order(2)
		EtcdClientBuilderCustomizer secondCustomizer() {
			return (builder) -> builder.endpoints("http://second:2");
		}

		@Bean
		@Order(1)
		EtcdClientBuilderCustomizer firstCustomizer() {
			return (builder) -> builder.endpoints("http://first:1");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnClientConfiguration {

		@Bean
		EtcdClient ownClient() {
			return EtcdClient.builder().endpoints("http://own:1").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OtherClientConfiguration {

		@Bean
		EtcdClient otherClient() {
			return EtcdClient.builder().endpoints("http://other:1").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnTemplateConfiguration {

		@Bean
		EtcdTemplate ownTemplate(EtcdClient client) {
			return new EtcdTemplate(client);
		}

	}

}
