/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * SSL bundles end to end, against a server that speaks just enough of etcd.
 */
class EtcdSslTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	private static Path folder;

	@SuppressWarnings("NullAway.Init")
	private static TestCertificate one;

	@SuppressWarnings("NullAway.Init")
	private static TestCertificate two;

	private final Queue<String> clients = new ConcurrentLinkedQueue<>();

	private final DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withInitializer(SystemEnvironment.empty())
		.withConfiguration(AutoConfigurations.of(EtcdAutoConfiguration.class))
		.withBean(SslBundles.class, () -> this.bundles)
		.withPropertyValues("etcd.ssl.bundle=mine", "etcd.connect-timeout=10s");

	private Server server = startServer(one.bundleTrusting(one), 0);

	@BeforeAll
	static void createCertificates() throws IOException, InterruptedException, GeneralSecurityException {
		one = TestCertificate.create(folder, "one");
		two = TestCertificate.create(folder, "two");
	}

	@AfterEach
	void stopServer() throws InterruptedException {
		this.server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
	}

	@Test
	void bundleTrustsTheServerAndShowsTheClientsCertificate() {
		this.bundles.registerBundle("mine", one.bundleTrusting(one));
		run((client) -> {
			assertThat(client.endpoints()).containsExactly("https://localhost:" + this.server.getPort());
			read(client);
			assertThat(this.clients).containsExactly("CN=one");
		});
	}

	@Test
	void bundleWithoutKeyShowsNoCertificate() {
		this.bundles.registerBundle("mine", one.trustingBundle());
		run((client) -> {
			read(client);
			assertThat(this.clients).containsExactly("nobody");
		});
	}

	@Test
	void serverThatTheBundleDoesNotTrustIsRefused() {
		this.bundles.registerBundle("mine", one.bundleTrusting(two));
		run((client) -> assertThatExceptionOfType(EtcdException.class)
			.isThrownBy(() -> client.kv().get("key").timeout(Duration.ofSeconds(3)).sync())
			.withMessageContaining("certificate CN=one is signed by itself and not trusted here")
			.withMessageContaining("the trust store of the SSL bundle"));
		assertThat(this.clients).isEmpty();
	}

	@Test
	void updateOfTheBundleIsUsedByTheNextConnection() {
		this.bundles.registerBundle("mine", one.bundleTrusting(one));
		run((client) -> {
			read(client);
			int port = this.server.getPort();
			stopServer();
			this.bundles.updateBundle("mine", two.bundleTrusting(two));
			this.server = startServer(two.bundleTrusting(two), port);
			read(client);
			assertThat(this.clients).containsExactly("CN=one", "CN=two");
		});
	}

	@Test
	void handshakeEndsWithTheCertificateThatItBeganWith() {
		this.bundles.registerBundle("mine", one.bundleTrusting(one));
		SslBundle bundle = ReloadingSslManagers.bundle(this.bundles, "mine");
		X509ExtendedKeyManager manager = (X509ExtendedKeyManager) bundle.getManagers().getKeyManagers()[0];
		String[] types = { "EC" };
		String began = manager.chooseEngineClientAlias(types, null, null);
		this.bundles.updateBundle("mine", two.bundleTrusting(two));
		String next = manager.chooseEngineClientAlias(types, null, null);
		assertThat(manager.getCertificateChain(began)[0].getSubjectX500Principal().getName()).isEqualTo("CN=one");
		assertThat(manager.getCertificateChain(next)[0].getSubjectX500Principal().getName()).isEqualTo("CN=two");
		assertThat(manager.getPrivateKey(began)).isNotNull().isNotEqualTo(manager.getPrivateKey(next));
		this.bundles.updateBundle("mine", one.bundleTrusting(one));
		assertThat(manager.getPrivateKey(began)).isNull();
		assertThat(manager.getPrivateKey(next)).isNotNull();
	}

	private void run(ClientConsumer test) {
		this.contextRunner.withPropertyValues("etcd.endpoints=localhost:" + this.server.getPort()).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context.getBean(EtcdClient.class));
		});
	}

	private static void read(EtcdClient client) {
		assertThat(client.kv().get("key").sync().count()).isEqualTo(7);
	}

	private Server startServer(SslBundle bundle, int port) {
		try {
			return Grpc
				.newServerBuilderForPort(port,
						TlsServerCredentials.newBuilder()
							.keyManager(bundle.getManagers().getKeyManagers())
							.trustManager(bundle.getManagers().getTrustManagers())
							.clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
							.build())
				.addService(new CountingKv())
				.intercept(new ClientRecorder())
				.build()
				.start();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private interface ClientConsumer {

		void accept(EtcdClient client) throws Exception;

	}

	private static final class CountingKv extends KVGrpc.KVImplBase {

		@Override
		public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
			observer.onNext(RangeResponse.newBuilder().setCount(7).build());
			observer.onCompleted();
		}

	}

	private final class ClientRecorder implements ServerInterceptor {

		@Override
		public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
				ServerCallHandler<Q, R> next) {
			EtcdSslTests.this.clients.add(principal(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION)));
			return next.startCall(call, headers);
		}

		private static String principal(@Nullable SSLSession session) {
			if (session == null) {
				return "nobody without TLS";
			}
			try {
				Principal principal = session.getPeerPrincipal();
				return principal.getName();
			}
			catch (SSLPeerUnverifiedException ex) {
				return "nobody";
			}
		}

	}

}
