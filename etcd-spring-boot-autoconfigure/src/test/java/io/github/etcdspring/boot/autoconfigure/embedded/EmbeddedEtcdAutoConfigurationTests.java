/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

import io.github.etcdspring.boot.autoconfigure.EtcdAutoConfiguration;
import io.github.etcdspring.boot.autoconfigure.EtcdConnectionDetails;
import io.github.etcdspring.boot.autoconfigure.InvalidEtcdPropertyException;
import io.github.etcdspring.boot.autoconfigure.SystemEnvironment;
import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.Faults;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.spring.EtcdTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link EmbeddedEtcdAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class EmbeddedEtcdAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withInitializer(SystemEnvironment.empty())
		.withPropertyValues("etcd.connect-timeout=30")
		.withConfiguration(AutoConfigurations.of(EmbeddedEtcdAutoConfiguration.class, EtcdAutoConfiguration.class,
				SslAutoConfiguration.class));

	@Test
	void clientUsesTheEmbeddedServer(CapturedOutput output) {
		this.contextRunner.run((context) -> {
			EmbeddedEtcd server = context.getBean(EmbeddedEtcd.class);
			assertThat(context.getBean(EtcdClient.class).endpoints()).containsExactly(server.endpoint());
			assertThat(context).hasSingleBean(EtcdConnectionDetails.class);
			EtcdTemplate template = context.getBean(EtcdTemplate.class);
			template.put("key", "value");
			assertThat(template.get("key", String.class).orElseThrow().value()).isEqualTo("value");
			assertThat(context.getBean(EtcdClock.class)).isSameAs(server.clock());
			assertThat(context.getBean(Faults.class)).isSameAs(server.faults());
		});
		assertThat(output).containsOnlyOnce("etcd is embedded at")
			.contains("WARN", "lives in this JVM", "keeps nothing", "not for production", "Set etcd.endpoints")
			.doesNotContain("not used");
	}

	@ParameterizedTest
	@ValueSource(strings = { "etcd.endpoints=http://there:1", "etcd.endpoints[0]=http://there:1",
			"etcd.embedded.enabled=false", "etcd.enabled=false" })
	void noServerIfAPropertySaysSo(String property, CapturedOutput output) {
		this.contextRunner.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(EmbeddedEtcd.class)
				.doesNotHaveBean(EtcdClock.class)
				.doesNotHaveBean(Faults.class));
		assertThat(output).doesNotContain("is embedded");
	}

	@Test
	void environmentVariableSaysWhereEtcdIs() {
		this.contextRunner.withInitializer(SystemEnvironment.of(Map.of("ETCD_ENDPOINTS", "http://there:1")))
			.run((context) -> {
				assertThat(context).doesNotHaveBean(EmbeddedEtcd.class);
				assertThat(context.getBean(EtcdClient.class).endpoints()).containsExactly("http://there:1");
			});
	}

	@Test
	void emptyEndpointsStayAMistake() {
		this.contextRunner.withPropertyValues("etcd.endpoints=")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("etcd.endpoints")
				.hasMessageContaining("must not be empty"));
	}

	@Test
	void defaultEndpointStaysWithoutTheServer() {
		this.contextRunner.withPropertyValues("etcd.embedded.enabled=false")
			.run((context) -> assertThat(context.getBean(EtcdClient.class).endpoints())
				.containsExactly("http://127.0.0.1:2379"));
	}

	@Test
	void defaultEndpointStaysWithoutTheLibrary() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(EmbeddedEtcd.class)).run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(EmbeddedEtcdAutoConfiguration.class);
			assertThat(context.getBean(EtcdClient.class).endpoints()).containsExactly("http://127.0.0.1:2379");
		});
	}

	@Test
	void connectionDetailsOfSomebodyElseAreUsed() {
		this.contextRunner.withBean(EtcdConnectionDetails.class, () -> () -> List.of("http://there:1"))
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(EmbeddedEtcd.class);
				assertThat(context.getBean(EtcdClient.class).endpoints()).containsExactly("http://there:1");
			});
	}

	@Test
	void serverReplacesTheEndpointsIfATestWantsIt(CapturedOutput output) {
		this.contextRunner.withPropertyValues("etcd.endpoints=http://there:1", "etcd.embedded.replace-endpoints=true")
			.run((context) -> assertThat(context.getBean(EtcdClient.class).endpoints())
				.containsExactly(context.getBean(EmbeddedEtcd.class).endpoint()));
		assertThat(output).containsOnlyOnce("etcd is embedded at")
			.contains("WARN", "not for production", "because of etcd.embedded.replace-endpoints")
			.doesNotContain("Set etcd.endpoints");
	}

	@Test
	void endpointsThatAreSetAfterTheBuildFailTheStart() {
		this.contextRunner.withBean(LateEndpoints.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidEtcdPropertyException.class)
				.hasMessageContaining("etcd.endpoints with the value 'http://there:1'")
				.hasMessageContaining("built ahead of time"));
	}

	@Test
	void clientOfTheApplicationNeedsNoServer(CapturedOutput output) {
		try (EtcdClient own = EtcdClient.builder().endpoints("http://there:1").build()) {
			this.contextRunner.withBean(EtcdClient.class, () -> own)
				.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EmbeddedEtcd.class));
		}
		assertThat(output).doesNotContain("is embedded");
	}

	@Test
	void clockOfTheApplicationIsUsed() {
		EtcdClock own = EtcdClock.manual();
		this.contextRunner.withBean(EtcdClock.class, () -> own).run((context) -> {
			assertThat(context).hasSingleBean(EtcdClock.class);
			assertThat(context.getBean(EmbeddedEtcd.class).clock()).isSameAs(own);
			EtcdTemplate template = context.getBean(EtcdTemplate.class);
			template.put("key", "value", Duration.ofSeconds(60));
			own.advance(Duration.ofSeconds(61));
			assertThat(template.get("key", String.class)).isEmpty();
		});
	}

	@Test
	void serverOfTheApplicationIsUsed() {
		try (EmbeddedEtcd own = EmbeddedEtcd.builder().clock(EtcdClock.manual()).start()) {
			this.contextRunner.withBean(EmbeddedEtcd.class, () -> own).run((context) -> {
				assertThat(context).hasSingleBean(EmbeddedEtcd.class);
				assertThat(context.getBean(EtcdClient.class).endpoints()).containsExactly(own.endpoint());
				assertThat(context.getBean(EtcdClock.class)).isSameAs(own.clock());
			});
		}
	}

	@Test
	void userAndTlsAreNotUsedAndNamed(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("etcd.username=me", "etcd.password=s3cret", "etcd.ssl.enabled=true",
					"etcd.ssl.bundle=missing")
			.run((context) -> assertThat(context.getBean(EtcdTemplate.class).put("key", "value")).isEqualTo(2));
		assertThat(output).contains("not used: etcd.username, etcd.password, etcd.ssl.enabled, etcd.ssl.bundle")
			.doesNotContain("s3cret");
	}

	@Test
	void tokenIsNotUsedAndNamed(CapturedOutput output) {
		this.contextRunner.withPropertyValues("etcd.auth-token=s3cret.1")
			.run((context) -> assertThat(context.getBean(EtcdTemplate.class).put("key", "value")).isEqualTo(2));
		assertThat(output).contains("not used: etcd.auth-token").doesNotContain("s3cret");
	}

	@Test
	void portIsFreeAgainForTheNextContext() throws IOException {
		String port = "etcd.embedded.port=" + freePort();
		for (int restart = 0; restart < 3; restart++) {
			this.contextRunner.withPropertyValues(port).run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(port).endsWith("=" + context.getBean(EmbeddedEtcd.class).port());
				EtcdTemplate template = context.getBean(EtcdTemplate.class);
				assertThat(template.putIfAbsent("key", "value")).as("each begins with an empty one").isTrue();
			});
		}
	}

	@Test
	void serverIsStoppedAfterTheClientAndWhatUsesIt() {
		List<LastWords> seen = new ArrayList<>();
		this.contextRunner.withUserConfiguration(LastWordsConfiguration.class)
			.run((context) -> seen.add(context.getBean(LastWords.class)));
		assertThat(seen.get(0).revision).isEqualTo(2);
	}

	@Test
	void serverIsStoppedWithTheContext() {
		List<String> endpoints = new ArrayList<>();
		this.contextRunner.run((context) -> endpoints.add(context.getBean(EmbeddedEtcd.class).endpoint()));
		try (EtcdClient late = EtcdClient.builder()
			.endpoints(endpoints)
			.connectTimeout(Duration.ofSeconds(1))
			.build()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> late.kv().get("key").sync());
		}
	}

	@Test
	void propertiesReachTheServer() {
		this.contextRunner
			.withPropertyValues("etcd.embedded.clock=manual", "etcd.embedded.max-txn-ops=1",
					"etcd.embedded.max-request-size=1KB", "etcd.embedded.quota=10KB")
			.run((context) -> {
				EtcdTemplate template = context.getBean(EtcdTemplate.class);
				assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> template.put("key", "x".repeat(2048)))
					.withMessageContaining("too large");
				assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> {
					for (int put = 0; put < 100; put++) {
						template.put("key", "x".repeat(500));
					}
				}).withMessageContaining("space exceeded");
				assertThat(context.getBean(EtcdClock.class).nanoTime()).isZero();
			});
	}

	@ParameterizedTest
	@CsvSource({ "port,70000", "port,-1", "quota,0", "max-request-size,0", "max-request-size,33MB",
			"max-request-size,3GB", "max-txn-ops,0" })
	void wrongValuesFailTheStartAndSayWhatToDo(String name, String value, CapturedOutput output) {
		start("--etcd.embedded." + name + "=" + value);
		assertThat(output).contains("APPLICATION FAILED TO START", "'etcd.embedded." + name + "'", "use ",
				"Correct the value of etcd.embedded." + name, "commandLineArgs");
	}

	@Test
	void portThatIsTakenFailsTheStartAndSaysWhatToDo(CapturedOutput output) throws IOException {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			start("--etcd.embedded.port=" + taken.getLocalPort());
			assertThat(output).contains("APPLICATION FAILED TO START",
					"The property 'etcd.embedded.port' with the value '" + taken.getLocalPort() + "'",
					"commandLineArgs", "cannot listen", "in use", "another one");
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return free.getLocalPort();
		}
	}

	private static void start(String... arguments) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		assertThatException().isThrownBy(() -> application.run(arguments).close());
	}

	/**
	 * Writes when the context is closed: the server is still there.
	 */
	@Configuration(proxyBeanMethods = false)
	static class LastWordsConfiguration {

		@Bean(destroyMethod = "close")
		LastWords lastWords(EtcdTemplate template) {
			return new LastWords(template);
		}

	}

	/**
	 * Writes when it is closed.
	 */
	static class LastWords implements AutoCloseable {

		private final EtcdTemplate template;

		private long revision;

		LastWords(EtcdTemplate template) {
			this.template = template;
		}

		@Override
		public void close() {
			this.revision = this.template.put("key", "last");
		}

	}

	/**
	 * Sets the endpoints when the conditions are evaluated already, as they are before an
	 * application starts that was built ahead of time.
	 */
	static class LateEndpoints implements BeanFactoryPostProcessor, EnvironmentAware {

		private Environment environment = new StandardEnvironment();

		@Override
		public void setEnvironment(Environment environment) {
			this.environment = environment;
		}

		@Override
		public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
			((ConfigurableEnvironment) this.environment).getPropertySources()
				.addFirst(new MapPropertySource("late", Map.of("etcd.endpoints", "http://there:1")));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ EmbeddedEtcdAutoConfiguration.class, EtcdAutoConfiguration.class,
			SslAutoConfiguration.class })
	static class Application {

	}

}
