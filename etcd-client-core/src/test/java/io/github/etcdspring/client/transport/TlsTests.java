/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

import io.grpc.Grpc;
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
 * TLS between the client and a server, and options that cannot work.
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
		read("localhost:" + port, TlsOptions.builder().trustManagers(List.of(trustManagers())).build());
	}

	@Test
	void callFailsWithTheEndpointAndTheCauseAtTheConnectTimeout() throws Exception {
		String endpoint = "https://localhost:" + start(tls().build());
		try (EtcdClient etcd = EtcdClient.builder()
			.endpoints(endpoint)
			.tls(TlsOptions.builder().trustCertificates(stranger.trust()).build())
			.build()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> etcd.kv().put("a", "b").sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.UNREACHABLE);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
				})
				.withMessageContaining(endpoint)
				.withMessageContaining("issued by CN=authority, which is not trusted here")
				.withMessageContaining("TlsOptions.trustCertificates");
		}
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
	}

	@Test
	void certificatesMayBeTextAndKeysOfEveryFormat() throws Exception {
		String ec = Files.readString(keyFile("ec.crt"));
		String rsa = Files.readString(keyFile("rsa.crt"));
		Path trusted = Files.writeString(folder.resolve("clients.pem"), ec + rsa);
		int port = start(
				tls().trustManager(trusted.toFile()).clientAuth(TlsServerCredentials.ClientAuth.REQUIRE).build());
		TlsOptions.Builder options = TlsOptions.builder().trustCertificatesPem(Files.readString(authority.trust()));
		for (String key : List.of("ec-sec1.pem", "rsa-pkcs1.pem", "ec-pkcs8.pem")) {
			options.clientCertificatePem(key.startsWith("ec") ? ec : rsa, Files.readString(keyFile(key)));
			read("https://localhost:" + port, options.build());
		}
		options.clientCertificatePem(ec, Files.readString(keyFile("ec-pkcs8-aes256.pem")), "secret");
		read("https://localhost:" + port, options.build());
		options.clientCertificate(keyFile("rsa.crt"), keyFile("rsa-pkcs8-default-encrypted.pem"), "secret");
		read("https://localhost:" + port, options.build());
		assertThat(options.build()).hasToString("TlsOptions[trust=own, clientCertificate=true]");
	}

	@Test
	void optionsThatCannotWorkAreRefusedWhenTheClientIsBuilt() throws Exception {
		TlsOptions options = TlsOptions.builder().trustCertificates(authority.trust()).build();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EtcdClient.builder().endpoints("http://localhost:1").tls(options).build())
			.withMessageContaining("'tls'")
			.withMessageContaining("https://");
		Path missing = folder.resolve("missing.pem");
		assertUnusable(TlsOptions.builder().trustCertificates(missing), "'trustCertificates' " + missing,
				"does not exist");
		assertUnusable(TlsOptions.builder().trustCertificates(folder), "'trustCertificates' " + folder,
				"cannot be read");
		assertUnusable(TlsOptions.builder().trustCertificates(client.key()), "no certificate", "PRIVATE KEY");
		assertUnusable(TlsOptions.builder().trustCertificatesPem("/etc/ca.pem"), "'trustCertificates' (PEM text)",
				"no certificate");
		Path der = Files.write(folder.resolve("ca.der"), new byte[] { 0x30, (byte) 0x82, 1, 2 });
		assertUnusable(TlsOptions.builder().trustCertificates(der), "binary content", "openssl x509 -inform der");
		Path damaged = Files.writeString(folder.resolve("damaged.pem"),
				Certificates.pem("CERTIFICATE", new byte[] { 0x30, 1, 1 }));
		assertUnusable(TlsOptions.builder().trustCertificates(damaged), "damaged.pem", "number 1");
		assertUnusable(TlsOptions.builder().clientCertificate(client.chain(), missing), "'privateKey' " + missing,
				"does not exist");
		assertUnusable(TlsOptions.builder().clientCertificate(client.chain(), server.key()),
				"'privateKey' " + server.key() + " is not the key", "in 'certificateChain' " + client.chain());
		assertUnusable(TlsOptions.builder().clientCertificate(client.chain(), keyFile("rsa-pkcs1.pem")),
				"is not the key", "rsa-pkcs1.pem");
		assertUnusable(
				TlsOptions.builder()
					.clientCertificate(keyFile("rsa.crt"), keyFile("rsa-traditional-encrypted.pem"), "secret"),
				"Proc-Type", "openssl pkcs8 -topk8");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> TlsOptions.builder()
				.trustCertificates(authority.trust())
				.trustManagers(List.of(trustManagers()))
				.build())
			.withMessageContaining("give one of them");
	}

	private static void assertUnusable(TlsOptions.Builder options, String what, String more) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EtcdClient.builder().endpoints("https://localhost:1").tls(options.build()).build())
			.withMessageContaining(what)
			.withMessageContaining(more)
			.withMessageNotContaining("secret");
	}

	private static Path keyFile(String name) throws Exception {
		return PrivateKeyReaderTests.file(name);
	}

	private static TrustManager[] trustManagers() throws Exception {
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(authority.trustStore());
		return trust.getTrustManagers();
	}

	private static void read(String endpoint, TlsOptions tls) {
		try (EtcdClient etcd = EtcdClient.builder().endpoints(endpoint).tls(tls).build()) {
			assertThat(etcd.kv().get("a").sync().count()).isEqualTo(7);
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
