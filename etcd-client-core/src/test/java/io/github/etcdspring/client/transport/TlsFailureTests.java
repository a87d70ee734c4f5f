/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import javax.net.ssl.TrustManagerFactory;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.etcdspring.client.kv.PutResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a user is told when TLS does not come about: what is wrong, and what to do.
 */
class TlsFailureTests {

	@TempDir
	private static Path folder;

	private static Certificates authority;

	private static Certificates stranger;

	private static Certificates.Issued server;

	@BeforeAll
	static void issueCertificates() throws Exception {
		authority = Certificates.authority(Files.createDirectory(folder.resolve("a")), "authority");
		stranger = Certificates.authority(Files.createDirectory(folder.resolve("b")), "stranger");
		server = authority.issue("server", "dns:localhost,ip:127.0.0.2");
	}

	private static TlsOptions.Builder trusting(Certificates trusted) {
		return TlsOptions.builder().trustCertificates(trusted.trust());
	}

	private static TlsServerCredentials.Builder tls(Certificates.Issued certificate) throws Exception {
		return TlsServerCredentials.newBuilder().keyManager(certificate.chain().toFile(), certificate.key().toFile());
	}

	// The log says it once, and the call that fails for it says the same.
	private static void assertTold(int port, String endpoint, TlsOptions tls, String... words) {
		try (LogLines log = new LogLines();
				TestClient client = TestClient.of(endpoint + ":" + port)
					.tls(tls)
					.connectTimeout(Duration.ofSeconds(60))
					.open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(log.with("cannot be reached: ")).singleElement()
					.asString()
					.contains(endpoint)
					.contains(words)
					.doesNotContain("Pipeline", "Exception"));
			assertThat(client.describeEndpoints()).startsWith(endpoint).contains(words);
			assertThat(put).isNotDone();
		}
	}

	private static void assertTold(ServerCredentials credentials, String endpoint, TlsOptions tls, String... words)
			throws Exception {
		Server started = Grpc.newServerBuilderForPort(0, credentials).build().start();
		try {
			assertTold(started.getPort(), endpoint, tls, words);
		}
		finally {
			started.shutdownNow().awaitTermination();
		}
	}

	@Test
	void authorityThatIsNotTrustedIsNamed() throws Exception {
		String[] words = { "certificate CN=server is issued by CN=authority, which is not trusted here",
				"TlsOptions.trustCertificates" };
		assertTold(tls(server).build(), "https://localhost", trusting(stranger).build(), words);
		assertTold(tls(server).build(), "https://localhost", TlsOptions.SYSTEM, words);
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(stranger.trustStore());
		assertTold(tls(server).build(), "https://localhost",
				TlsOptions.builder().trustManagers(List.of(trust.getTrustManagers())).build(), words);
	}

	@Test
	void certificateThatIsSignedByItselfIsCalledSo() throws Exception {
		Path key = PrivateKeyReaderTests.file("ec-pkcs8.pem");
		assertTold(
				TlsServerCredentials.newBuilder()
					.keyManager(PrivateKeyReaderTests.file("ec.crt").toFile(), key.toFile())
					.build(),
				"https://localhost", TlsOptions.SYSTEM, "certificate CN=ec is signed by itself and not trusted here");
	}

	@Test
	void namesOfACertificateForAnotherHostAreTold() throws Exception {
		assertTold(tls(server).build(), "https://127.0.0.1", trusting(authority).build(),
				"certificate is for localhost, 127.0.0.2, not for 127.0.0.1: write a name of the certificate");
	}

	@Test
	void timeOfACertificateIsTold() throws Exception {
		Certificates.Issued old = authority.issue("old", "dns:localhost", Certificates.now(-9), Certificates.now(-2));
		assertTold(tls(old).build(), "https://localhost", trusting(authority).build(),
				"certificate CN=old expired on " + Certificates.now(-2).toString().substring(0, 11),
				"renew it on the server");
		Certificates.Issued early = authority.issue("early", "dns:localhost", Certificates.now(2), Certificates.now(9));
		assertTold(tls(early).build(), "https://localhost", trusting(authority).build(),
				"certificate CN=early is not valid before " + Certificates.now(2).toString().substring(0, 11),
				"clocks of server and client");
	}

	@Test
	void missingCertificateOfTheClientIsTold() throws Exception {
		ServerCredentials mutual = tls(server).trustManager(authority.trust().toFile())
			.clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
			.build();
		assertTold(mutual, "https://localhost", trusting(authority).build(), "the server ended the TLS handshake (",
				"): it wants a client certificate", "give one");
	}

	@Test
	void certificateOfTheClientThatIsRefusedIsTold() throws Exception {
		ServerCredentials mutual = tls(server).trustManager(authority.trust().toFile())
			.clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
			.build();
		Certificates.Issued old = authority.issue("oldclient", "dns:client", Certificates.now(-9),
				Certificates.now(-2));
		assertTold(mutual, "https://localhost", trusting(authority).clientCertificate(old.chain(), old.key()).build(),
				"the server ended the TLS handshake (", "expired");
		Certificates.Issued strange = stranger.issue("client", "dns:client");
		assertTold(mutual, "https://localhost",
				trusting(authority).clientCertificate(strange.chain(), strange.key()).build(),
				"the server ended the TLS handshake (");
	}

	@Test
	void serverWithoutTlsIsToldFromOneThatEndsTheConnection() throws Exception {
		assertTold(InsecureServerCredentials.create(), "https://localhost", trusting(authority).build(),
				"the server does not speak TLS: write http://");
	}

	@Test
	void clientWithoutTlsIsToldToUseIt() throws Exception {
		assertTold(tls(server).build(), "http://localhost", TlsOptions.SYSTEM,
				"the server ended the connection before it said anything", "if it speaks TLS, write https://");
	}

	@Test
	void peersThatSayNothingOrSomethingElseAreToldApart() throws Exception {
		byte[] alert = { 0x15, 3, 3, 0, 2, 2, 10, 0, 0 };
		assertPeerTold(alert, "http://localhost", "the server speaks TLS: write https://");
		byte[] badRequest = "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
			.getBytes(StandardCharsets.US_ASCII);
		assertPeerTold(badRequest, "http://localhost", "the server answers with HTTP/1", "write https://");
		assertPeerTold(badRequest, "https://localhost", "the server does not speak TLS: write http://");
		assertPeerTold(new byte[0], "https://localhost", "the server ended the connection while it was made",
				"if it does not speak TLS, write http://");
	}

	private static void assertPeerTold(byte[] answer, String endpoint, String... words) throws IOException {
		try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			Thread peer = new Thread(() -> {
				while (!listener.isClosed()) {
					try (Socket socket = listener.accept()) {
						socket.getInputStream().read(new byte[10_000]);
						socket.getOutputStream().write(answer);
						socket.shutdownOutput();
						// Until the client has read it: what comes later would be reset.
						socket.getInputStream().transferTo(OutputStream.nullOutputStream());
					}
					catch (IOException ex) {
						// The next one.
					}
				}
			});
			peer.setDaemon(true);
			peer.start();
			assertTold(listener.getLocalPort(), endpoint,
					endpoint.startsWith("https") ? trusting(authority).build() : TlsOptions.SYSTEM, words);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"Received fatal alert: certificate_required | true | it wants a client certificate",
			"Received fatal alert: bad_certificate | true | got none, or one that it does not accept",
			"error:10000412:SSL routines:OPENSSL_internal:SSLV3_ALERT_BAD_CERTIFICATE | true | got none, or one",
			"error:10000418:SSL routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA | true | --trusted-ca-file",
			"error:10000414:SSL routines:OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_REVOKED | true | was revoked",
			"Received fatal alert: protocol_version | true | no version of TLS in common",
			"Received fatal alert: handshake_failure | true | no cipher in common",
			"Received fatal alert: internal_error | true | its log says why",
			"Connection reset by peer | true | if it does not speak TLS, write http://",
			"Connection reset by peer | false | if it speaks TLS, write https://",
			"Connection refused: localhost/127.0.0.1:1 | true | Connection refused: localhost/127.0.0.1:1" })
	void wordsOfTheLibrariesAreExplained(String said, boolean secure, String explained) {
		assertThat(ConnectFailure.explain(ConnectFailure.explainAlert(said), secure, false)).contains(explained)
			.doesNotContain("OPENSSL");
	}

	@Test
	void endpointThatWorkedBeforeIsNotSuspectedToSpeakAnotherProtocol() {
		assertThat(ConnectFailure.explain("Connection reset by peer", false, true))
			.isEqualTo("Connection reset by peer");
		assertThat(ConnectFailure.explain("first 5 bytes: 1503010002", false, true)).contains("https://");
	}

}
