/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;

import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.TooLargeException;
import io.github.etcdspring.client.transport.CallObserver;
import io.github.etcdspring.client.transport.ChannelCustomizer;
import io.github.etcdspring.client.transport.EndpointState;
import io.github.etcdspring.client.transport.EndpointStrategy;
import io.github.etcdspring.client.transport.HealthListener;
import io.github.etcdspring.client.transport.TlsOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EtcdClientBuilderTests {

	private static final String SECRET = "top-secret";

	private static final HealthListener LISTENER = (healthy, endpoint) -> {
	};

	@Test
	void defaultsAreThoseOfTheDocumentation() {
		try (EtcdClient client = EtcdClient.builder().build()) {
			assertThat(client.endpoints()).containsExactly("http://127.0.0.1:2379");
			assertThat(client.endpointStates())
				.containsExactly(new EndpointState("http://127.0.0.1:2379", false, false));
			assertThat(client).hasToString("EtcdClient[http://127.0.0.1:2379]");
		}
	}

	@Test
	void everySettingIsTakenAndTheBuilderReturned() {
		EtcdClient.Builder builder = EtcdClient.builder();
		Executor executor = Runnable::run;
		assertThat(builder.endpoints("http://a:1", "b:2")
			.endpointStrategy(EndpointStrategy.ROUND_ROBIN)
			.timeout(Duration.ofSeconds(1))
			.connectTimeout(Duration.ofNanos(1))
			.maxRetries(-1)
			.retryReads(false)
			.credentials("root", "")
			.namespace("")
			.namespace(Bytes.utf8("/n"))
			.maxInboundSize(1)
			.maxOutboundSize(1)
			.keepAlive(Duration.ZERO, Duration.ofNanos(1))
			.callbackExecutor(executor)
			.healthListener(Duration.ZERO, LISTENER)
			.channelCustomizer((channel) -> {
			})
			.callObserver(new CallObserver() {
			})).isSameAs(builder);
		try (EtcdClient client = builder.build()) {
			assertThat(client.endpoints()).containsExactly("http://a:1", "http://b:2");
		}
	}

	@ParameterizedTest
	@MethodSource("refused")
	void settingThatMakesNoSenseIsRefusedWithItsNameAndValue(String argument, String value,
			Consumer<EtcdClient.Builder> setting) {
		assertThatIllegalArgumentException().isThrownBy(() -> setting.accept(EtcdClient.builder()))
			.withMessageContaining("'" + argument)
			.withMessageContaining(value);
	}

	static Stream<Arguments> refused() {
		return Stream.of(refused("endpoints", "at least one", EtcdClient.Builder::endpoints),
				refused("endpoints", "at least one", (builder) -> builder.endpoints(List.of())),
				refused("endpoints", "'ftp://a'", (builder) -> builder.endpoints("http://b", "ftp://a")),
				refused("endpoints", "mixes http and https", (builder) -> builder.endpoints("http://a", "https://b")),
				refused("timeout", "PT0.999999999S", (builder) -> builder.timeout(Duration.ofNanos(999_999_999))),
				refused("timeout", "at least 1 second", (builder) -> builder.timeout(Duration.ZERO)),
				refused("timeout", "PT-1S", (builder) -> builder.timeout(Duration.ofSeconds(-1))),
				refused("connectTimeout", "PT0S", (builder) -> builder.connectTimeout(Duration.ZERO)),
				refused("connectTimeout", "PT-1S", (builder) -> builder.connectTimeout(Duration.ofSeconds(-1))),
				refused("maxRetries", "-2", (builder) -> builder.maxRetries(-2)),
				refused("authToken", "printable ASCII", (builder) -> builder.authToken("")),
				refused("user", "must not be empty", (builder) -> builder.credentials("", SECRET)),
				refused("maxInboundSize", "0", (builder) -> builder.maxInboundSize(0)),
				refused("maxInboundSize", "-1", (builder) -> builder.maxInboundSize(-1)),
				refused("maxOutboundSize", "0", (builder) -> builder.maxOutboundSize(0)),
				refused("keepAlive", "PT-1S",
						(builder) -> builder.keepAlive(Duration.ofSeconds(-1), Duration.ofSeconds(1))),
				refused("keepAlive", "PT0S", (builder) -> builder.keepAlive(Duration.ofSeconds(10), Duration.ZERO)),
				refused("healthListener", "PT-1S",
						(builder) -> builder.healthListener(Duration.ofSeconds(-1), LISTENER)));
	}

	private static Arguments refused(String argument, String value, Consumer<EtcdClient.Builder> setting) {
		return Arguments.of(argument, value, setting);
	}

	@ParameterizedTest
	@MethodSource("nulls")
	void nullIsRefusedWithTheNameOfTheArgument(String argument, Consumer<EtcdClient.Builder> setting) {
		assertThatIllegalArgumentException().isThrownBy(() -> setting.accept(EtcdClient.builder()))
			.withMessageContaining("'" + argument);
	}

	@SuppressWarnings({ "NullAway", "DataFlowIssue" })
	static Stream<Arguments> nulls() {
		return Stream.of(nulls("endpoints", (builder) -> builder.endpoints((String[]) null)),
				nulls("endpoints", (builder) -> builder.endpoints((Collection<String>) null)),
				nulls("endpoints", (builder) -> builder.endpoints("http://a", null)),
				nulls("endpoints", (builder) -> builder.endpoints(Arrays.asList("http://a", null))),
				nulls("endpointStrategy", (builder) -> builder.endpointStrategy(null)),
				nulls("timeout", (builder) -> builder.timeout(null)),
				nulls("connectTimeout", (builder) -> builder.connectTimeout(null)),
				nulls("authToken", (builder) -> builder.authToken(null)),
				nulls("user", (builder) -> builder.credentials(null, SECRET)),
				nulls("password", (builder) -> builder.credentials("root", null)),
				nulls("namespace", (builder) -> builder.namespace((String) null)),
				nulls("namespace", (builder) -> builder.namespace((Bytes) null)),
				nulls("tls", (builder) -> builder.tls(null)),
				nulls("keepAlive", (builder) -> builder.keepAlive(null, Duration.ofSeconds(1))),
				nulls("keepAlive", (builder) -> builder.keepAlive(Duration.ofSeconds(10), null)),
				nulls("callbackExecutor", (builder) -> builder.callbackExecutor(null)),
				nulls("healthListener", (builder) -> builder.healthListener(null, LISTENER)),
				nulls("healthListener", (builder) -> builder.healthListener(Duration.ofSeconds(1), null)),
				nulls("channelCustomizer", (builder) -> builder.channelCustomizer(null)),
				nulls("callObserver", (builder) -> builder.callObserver(null)));
	}

	private static Arguments nulls(String argument, Consumer<EtcdClient.Builder> setting) {
		return Arguments.of(argument, setting);
	}

	@ParameterizedTest
	@ValueSource(strings = { "top-secret\n", "top-secret\u0000", "top-secret-\u00e4", "top-secret\u007f" })
	void tokenThatIsNoHeaderIsRefusedAndNotShown(String token) {
		assertThatIllegalArgumentException().isThrownBy(() -> EtcdClient.builder().authToken(token))
			.withMessageContaining("'authToken'")
			.withMessageContaining("printable ASCII")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(SECRET));
	}

	@Test
	void tokenTogetherWithCredentialsIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EtcdClient.builder().authToken(SECRET).credentials("root", SECRET).build())
			.withMessageContaining("'authToken' and 'credentials' are both given")
			.withMessageContaining("give a token, or a user and a password")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(SECRET));
	}

	@Test
	void tlsTogetherWithHttpIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EtcdClient.builder().endpoints("http://a:1").tls(TlsOptions.SYSTEM).build())
			.withMessageContaining("'tls'")
			.withMessageContaining("http://a:1")
			.withMessageContaining("write https://");
	}

	@Test
	void tlsMakesAnEndpointWithoutASchemeHttps() {
		for (int order = 0; order < 2; order++) {
			EtcdClient.Builder builder = EtcdClient.builder();
			if (order == 0) {
				builder.tls(TlsOptions.SYSTEM).endpoints("a:1", "https://b:2");
			}
			else {
				builder.endpoints("a:1", "https://b:2").tls(TlsOptions.SYSTEM);
			}
			try (EtcdClient client = builder.build()) {
				assertThat(client.endpoints()).containsExactly("https://a:1", "https://b:2");
			}
		}
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EtcdClient.builder().endpoints("a:1", "https://b:2").build())
			.withMessageContaining("'endpoints' mixes http and https");
	}

	@Test
	void httpsWithoutTlsOptionsTrustsTheSystem() {
		try (EtcdClient client = EtcdClient.builder().endpoints("https://127.0.0.1:1").build()) {
			assertThat(client.endpoints()).containsExactly("https://127.0.0.1:1");
		}
	}

	@Test
	void trustAndCertificateAreGivenOnce(@TempDir Path folder) throws Exception {
		Path file = Files.writeString(folder.resolve("any.pem"), "");
		TrustManager trust = new TrustManager() {
		};
		KeyManager key = new KeyManager() {
		};
		assertThatIllegalArgumentException()
			.isThrownBy(() -> TlsOptions.builder().trustManagers(List.of(trust)).trustCertificates(file).build())
			.withMessageContaining("'trustManagers' and 'trustCertificates'");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> TlsOptions.builder().keyManagers(List.of(key)).clientCertificate(file, file).build())
			.withMessageContaining("'keyManagers' and 'clientCertificate'");
	}

	@Test
	@SuppressWarnings({ "NullAway", "DataFlowIssue" })
	void nullsOfTlsAreRefusedByName() {
		Path file = Path.of("any.pem");
		TlsOptions.Builder builder = TlsOptions.builder();
		assertThatIllegalArgumentException().isThrownBy(() -> builder.trustManagers(null))
			.withMessageContaining("'trustManagers'");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.keyManagers(null))
			.withMessageContaining("'keyManagers'");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.trustCertificates(null))
			.withMessageContaining("'trustCertificates'");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.clientCertificate(null, file))
			.withMessageContaining("'certificateChain'");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.clientCertificate(file, null))
			.withMessageContaining("'privateKey'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "https://127.0.0.1:1", "https://etcd.example:1" })
	void fileThatIsMissingIsNoticedWhenTheClientIsBuilt(String endpoint, @TempDir Path folder) {
		Path missing = folder.resolve("missing.pem");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EtcdClient.builder()
				.endpoints(endpoint)
				.tls(TlsOptions.builder().trustCertificates(missing).build())
				.build())
			.withMessageContaining("missing.pem");
		assertThat(etcdThreads()).isZero();
	}

	@Test
	void customizerThatFailsFailsTheBuildAndLeavesNothing() {
		ChannelCustomizer broken = (builder) -> {
			throw new IllegalStateException("thrown by a test");
		};
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> EtcdClient.builder().channelCustomizer(broken).build())
			.withMessage("thrown by a test");
		assertThat(etcdThreads()).isZero();
	}

	@Test
	void absurdlyLongDurationsAreLongDurations() {
		Duration absurd = Duration.ofSeconds(Long.MAX_VALUE);
		try (EtcdClient client = EtcdClient.builder()
			.endpoints("http://127.0.0.1:1")
			.timeout(absurd)
			.connectTimeout(absurd)
			.keepAlive(absurd, absurd)
			.healthListener(absurd, LISTENER)
			.build()) {
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.kv().get("k").timeout(Duration.ofMillis(300)).sync())
				.withMessageContaining("Connection refused");
		}
	}

	@Test
	void nothingShowsASecret() {
		EtcdClient.Builder token = EtcdClient.builder().authToken(SECRET);
		EtcdClient.Builder password = EtcdClient.builder().credentials("root", SECRET).namespace(SECRET);
		assertThat(token).asString().doesNotContain(SECRET);
		assertThat(password).asString().doesNotContain(SECRET);
		for (EtcdClient.Builder builder : List.of(token, password)) {
			try (EtcdClient client = builder.endpoints("http://127.0.0.1:1")
				.connectTimeout(Duration.ofMillis(100))
				.build()) {
				assertThat(client.toString()).doesNotContain(SECRET);
				assertThat(client.endpointStates().toString()).doesNotContain(SECRET);
				assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", SECRET).sync())
					.satisfies((ex) -> assertThat(ex.toString()).doesNotContain(SECRET));
			}
		}
	}

	@Test
	void builderBuildsSeveralClientsThatAreTheirOwn() {
		EtcdClient.Builder builder = EtcdClient.builder().endpoints("http://127.0.0.1:1");
		try (EtcdClient first = builder.connectTimeout(Duration.ofMillis(100)).build()) {
			EtcdClient second = builder.endpoints("http://127.0.0.1:2").build();
			second.close();
			assertThatExceptionOfType(ClientClosedException.class).isThrownBy(() -> second.kv().get("k").sync());
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> first.kv().get("k").sync())
				.isNotInstanceOf(ClientClosedException.class)
				.withMessageContaining("http://127.0.0.1:1");
		}
	}

	@Test
	void listOfEndpointsIsCopied() {
		List<String> endpoints = new ArrayList<>(List.of("http://a:1"));
		EtcdClient.Builder builder = EtcdClient.builder().endpoints(endpoints);
		endpoints.add("http://b:2");
		try (EtcdClient client = builder.build()) {
			assertThat(client.endpoints()).containsExactly("http://a:1");
		}
	}

	@Test
	void outboundLimitIsTwoMebibytesUnlessSaidOtherwise() {
		try (EtcdClient client = EtcdClient.builder()
			.endpoints("http://127.0.0.1:1")
			.connectTimeout(Duration.ofMillis(100))
			.build()) {
			assertThatExceptionOfType(TooLargeException.class)
				.isThrownBy(() -> client.kv().put("k", Bytes.wrap(new byte[2 * 1024 * 1024])).sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED));
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.kv().put("k", Bytes.wrap(new byte[2 * 1024 * 1024 - 100])).sync())
				.isNotInstanceOf(TooLargeException.class);
		}
	}

	@ParameterizedTest
	@MethodSource("badTimeouts")
	void timeoutOfARequestMustBePositive(Duration timeout) {
		try (EtcdClient client = EtcdClient.builder().build()) {
			assertThatIllegalArgumentException().isThrownBy(() -> client.kv().get("k").timeout(timeout))
				.withMessageContaining("'timeout'");
			assertThatIllegalArgumentException().isThrownBy(() -> client.maintenance().alarms().timeout(timeout))
				.withMessageContaining("'timeout'");
		}
	}

	static Stream<Arguments> badTimeouts() {
		return Stream.of(Arguments.of(Duration.ZERO), Arguments.of(Duration.ofNanos(-1)), Arguments.of((Object) null));
	}

	private static long etcdThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("etcd-"))
			.count();
	}

	@Test
	void endpointsCanBeReplaced() {
		try (EtcdClient client = EtcdClient.builder().endpoints("http://a:1", "http://b:2").build()) {
			client.replaceEndpoints(List.of("b:2", "http://c:3"));
			assertThat(client.endpoints()).containsExactly("http://b:2", "http://c:3");
			assertThat(client).hasToString("EtcdClient[http://b:2, http://c:3]");
			assertThat(client.endpointStates()).extracting(EndpointState::endpoint)
				.containsExactly("http://b:2", "http://c:3");
			assertThatIllegalArgumentException().isThrownBy(() -> client.replaceEndpoints(List.of()))
				.withMessageContaining("'endpoints'");
			assertThatIllegalArgumentException().isThrownBy(() -> client.replaceEndpoints(List.of("https://b:2")))
				.withMessageContaining("built with http");
			assertThat(client.endpoints()).containsExactly("http://b:2", "http://c:3");
		}
		try (EtcdClient client = EtcdClient.builder().endpoints("https://a:1").build()) {
			client.replaceEndpoints(List.of("b:2"));
			assertThat(client.endpoints()).containsExactly("https://b:2");
			assertThatIllegalArgumentException().isThrownBy(() -> client.replaceEndpoints(List.of("http://b:2")))
				.withMessageContaining("built with https");
		}
	}

}
