/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import javax.net.ssl.TrustManagerFactory;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * TLS between the client and a server, in good and in bad combinations.
 */
class TlsTests {

	@TempDir
	private static Path folder;

	private static Certificates authority;

	private static Certificates stranger;

	private static Certificates.Issued server;

	private static Certificates.Issued client;

	private @Nullable Server running;

	@BeforeAll
	static void issueCertificates() throws Exception {
		authority = Certificates.authority(Files.createDirectory(folder.resolve("a")), "authority");
		stranger = Certificates.authority(Files.createDirectory(folder.resolve("b")), "stranger");
		server = authority.issue("server", "dns:localhost");
		client = authority.issue("client", "dns:client");
	}

	@AfterEach
	void stop() throws InterruptedException {
		if (this.running != null) {
			this.running.shutdownNow().awaitTermination();
		}
	}

	@Test
	void trustedServerIsUsedUnderItsName() throws Exception {
		int port = start(tls().build());
		read("https://localhost:" + port, TlsOptions.builder().trustCertificates(authority.trust()).build());
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(authority.trustStore());
		read("localhost:" + port, TlsOptions.builder().trustManagers(List.of(trust.getTrustManagers())).build());
	}

	@Test
	void untrustedServerIsRefusedWithTheCause() throws Exception {
		int port = start(tls().build());
		assertRefused("https://localhost:" + port, TlsOptions.builder().trustCertificates(stranger.trust()).build(),
				"certificat");
		assertRefused("https://localhost:" + port, TlsOptions.SYSTEM, "certificat");
	}

	@Test
	void serverUnderAnotherNameIsRefusedWithTheCause() throws Exception {
		int port = start(tls().build());
		assertRefused("https://127.0.0.1:" + port, TlsOptions.builder().trustCertificates(authority.trust()).build(),
				"127.0.0.1");
	}

	@Test
	void clientShowsItsCertificateIfTheServerWantsOne() throws Exception {
		int port = start(tls().trustManager(authority.trust().toFile())
			.clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
			.build());
		read("https://localhost:" + port,
				TlsOptions.builder()
					.trustCertificates(authority.trust())
					.clientCertificate(client.chain(), client.key())
					.build());
		assertRefused("https://localhost:" + port, TlsOptions.builder().trustCertificates(authority.trust()).build(),
				"");
	}

	@Test
	void schemesThatDoNotFitTheServerAreRefused() throws Exception {
		int plain = start(InsecureServerCredentials.create());
		assertRefused("https://localhost:" + plain, TlsOptions.builder().trustCertificates(authority.trust()).build(),
				"");
		stop();
		int secure = start(tls().build());
		try (EtcdClient etcd = EtcdClient.builder()
			.endpoints("http://localhost:" + secure)
			.connectTimeout(Duration.ofSeconds(2))
			.build()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> etcd.kv().put("a", "b").sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED));
		}
	}

	@Test
	void optionsThatCannotWorkAreRefusedAtTheCall() throws Exception {
		TlsOptions options = TlsOptions.builder().trustCertificates(authority.trust()).build();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EtcdClient.builder().endpoints("http://localhost:1").tls(options).build())
			.withMessageContaining("'tls'")
			.withMessageContaining("https://");
		Path oldKey = Files.writeString(folder.resolve("old.key"), "-----BEGIN RSA PRIVATE KEY-----\n");
		TlsOptions withOldKey = TlsOptions.builder().clientCertificate(client.chain(), oldKey).build();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EtcdClient.builder().endpoints("https://localhost:1").tls(withOldKey).build())
			.withMessageContaining("old.key")
			.withMessageContaining("openssl pkcs8");
		TlsOptions missing = TlsOptions.builder().trustCertificates(folder.resolve("missing.pem")).build();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EtcdClient.builder().endpoints("https://localhost:1").tls(missing).build())
			.withMessageContaining("missing.pem");
	}

	private static void read(String endpoint, TlsOptions tls) {
		try (EtcdClient etcd = EtcdClient.builder().endpoints(endpoint).tls(tls).build()) {
			assertThat(etcd.kv().get("a").sync().count()).isEqualTo(7);
		}
	}

	private static void assertRefused(String endpoint, TlsOptions tls, String cause) {
		try (EtcdClient etcd = EtcdClient.builder()
			.endpoints(endpoint)
			.tls(tls)
			.connectTimeout(Duration.ofSeconds(2))
			.build()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> etcd.kv().put("a", "b").sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.UNREACHABLE);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
				})
				.withMessageContaining(endpoint)
				.withMessageContaining(cause);
		}
	}

	private static TlsServerCredentials.Builder tls() throws Exception {
		return TlsServerCredentials.newBuilder().keyManager(server.chain().toFile(), server.key().toFile());
	}

	private int start(ServerCredentials credentials) throws Exception {
		Server started = Grpc.newServerBuilderForPort(0, credentials).addService(new KVGrpc.KVImplBase() {

			@Override
			public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
				answer.onNext(RangeResponse.newBuilder().setCount(7).build());
				answer.onCompleted();
			}

		}).build().start();
		this.running = started;
		return started.getPort();
	}

}
