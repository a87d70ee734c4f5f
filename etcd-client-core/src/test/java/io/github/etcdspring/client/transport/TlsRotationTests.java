/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Server;
import io.grpc.ServerTransportFilter;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Certificates and authorities of both sides are replaced, file by file, while reads run
 * and connections come and go. Reads, because a write on a connection that the server is
 * just ending may fail: nobody knows whether it was applied.
 */
class TlsRotationTests {

	@TempDir
	private Path folder;

	/** Who the client was, for each connection. */
	private final Queue<String> connections = new ConcurrentLinkedQueue<>();

	private final AtomicInteger channels = new AtomicInteger();

	private final AtomicLong answered = new AtomicLong();

	private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

	private volatile boolean stop;

	@Test
	void certificatesAndAuthoritiesOfBothSidesAreReplacedWithoutAFailedCall() throws Exception {
		Certificates before = Certificates.authority(Files.createDirectory(this.folder.resolve("a")), "before");
		Certificates after = Certificates.authority(Files.createDirectory(this.folder.resolve("b")), "after");
		Certificates.Issued newServer = after.issue("server", "dns:localhost");
		Certificates.Issued newClient = after.issue("new-client", "dns:client");
		Path trust = copy(before.trust(), "trust.pem");
		Certificates.Issued server = copy(before.issue("server", "dns:localhost"), "server");
		Certificates.Issued client = copy(before.issue("old-client", "dns:client"), "client");
		Server running = start(server, trust);
		TlsOptions options = TlsOptions.builder()
			.trustCertificates(trust)
			.clientCertificate(client.chain(), client.key())
			.build();
		try (TestClient etcd = TestClient.of("https://localhost:" + running.getPort())
			.tls(options)
			// A busy machine is no failure of the rotation.
			.connectTimeout(Duration.ofSeconds(15))
			.channelCustomizer((builder) -> this.channels.incrementAndGet())
			.open()) {
			for (int i = 0; i < 8; i++) {
				read(etcd);
			}
			awaitConnections(1);
			assertThat(this.connections).containsOnly("CN=old-client");
			int channelsBefore = this.channels.get();
			// First both are trusted.
			Files.writeString(this.folder.resolve("both.pem"),
					Files.readString(before.trust()) + Files.readString(after.trust()));
			move(this.folder.resolve("both.pem"), trust);
			awaitConnections(1);
			overwrite(newServer, server);
			overwrite(newClient, client);
			awaitConnections(1);
			// Then only the new one.
			move(after.trust(), trust);
			this.connections.clear();
			awaitConnections(2);
			assertThat(this.connections).containsOnly("CN=new-client");
			this.stop = true;
			long count = this.answered.get();
			assertThat(this.failures).as("after %s reads", count).isEmpty();
			assertThat(count).isGreaterThan(10);
			assertThat(this.channels).hasValue(channelsBefore);
		}
		finally {
			this.stop = true;
			running.shutdownNow().awaitTermination();
		}
	}

	private void read(TestClient etcd) {
		etcd.kv().get("k").async().whenComplete((GetResult result, Throwable failure) -> {
			if (failure != null && !this.stop) {
				this.failures.add(failure);
			}
			else if (failure == null) {
				this.answered.incrementAndGet();
			}
			if (!this.stop) {
				read(etcd);
			}
		});
	}

	private void awaitConnections(int more) {
		int known = this.connections.size();
		await().atMost(Duration.ofSeconds(30)).until(() -> this.connections.size() >= known + more);
	}

	private Certificates.Issued copy(Certificates.Issued issued, String name) throws Exception {
		return new Certificates.Issued(copy(issued.chain(), name + ".pem"), copy(issued.key(), name + ".key"));
	}

	private Path copy(Path from, String name) throws Exception {
		return Files.copy(from, this.folder.resolve(name));
	}

	private static void move(Path from, Path to) throws Exception {
		Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
	}

	// As a careless script does it: in place, and the key some time after the
	// certificate.
	private void overwrite(Certificates.Issued from, Certificates.Issued to) throws Exception {
		Files.write(to.chain(), Files.readAllBytes(from.chain()));
		awaitConnections(1);
		Files.write(to.key(), Files.readAllBytes(from.key()));
	}

	private Server start(Certificates.Issued certificate, Path trust) throws Exception {
		List<PemSource> identity = new ArrayList<>();
		identity.add(PemSource.of("certificateChain", certificate.chain()));
		identity.add(PemSource.of("privateKey", certificate.key()));
		IdentityKeyManager keys = new IdentityKeyManager(
				new FollowedPem<>(identity, (pems) -> ClientIdentity.read(pems.get(0), pems.get(1), null)));
		return Grpc
			.newServerBuilderForPort(0, TlsServerCredentials.newBuilder()
				.keyManager(keys)
				.trustManager(ExplainingTrustManager.of(PemSource.of("trustCertificates", trust), new TlsSessions()))
				.clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
				.build())
			// Each connection is soon told to take no more calls, and ends with the last.
			.maxConnectionAge(1, TimeUnit.SECONDS)
			.addTransportFilter(new ServerTransportFilter() {

				@Override
				public Attributes transportReady(Attributes attributes) {
					TlsRotationTests.this.connections
						.add(principal(Objects.requireNonNull(attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION))));
					return attributes;
				}

			})
			.addService(new KVGrpc.KVImplBase() {

				@Override
				public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
					answer.onNext(RangeResponse.getDefaultInstance());
					answer.onCompleted();
				}

			})
			.build()
			.start();
	}

	private static String principal(SSLSession session) {
		try {
			return session.getPeerPrincipal().getName();
		}
		catch (SSLPeerUnverifiedException ex) {
			return "nobody";
		}
	}

}
