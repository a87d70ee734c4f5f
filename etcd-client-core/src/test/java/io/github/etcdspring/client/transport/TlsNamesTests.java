/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Members that have a certificate each, for their own host name only.
 */
class TlsNamesTests {

	private static final String FIRST = "etcd-1.example";

	private static final String SECOND = "etcd-2.example";

	@TempDir
	private static Path folder;

	private static TlsOptions tls;

	private static Certificates.Issued first;

	private static Certificates.Issued second;

	private final Queue<String> authorities = new ConcurrentLinkedQueue<>();

	private final List<Server> servers = new ArrayList<>();

	private int firstPort;

	private int secondPort;

	@BeforeAll
	static void issueCertificates() throws Exception {
		Certificates authority = Certificates.authority(folder, "authority");
		first = authority.issue("first", "dns:" + FIRST);
		second = authority.issue("second", "dns:" + SECOND);
		tls = TlsOptions.builder().trustCertificates(authority.trust()).build();
	}

	@BeforeEach
	void start() throws Exception {
		this.firstPort = start(first);
		this.secondPort = start(second);
	}

	@AfterEach
	void stop() {
		this.servers.forEach(Server::shutdownNow);
	}

	private int start(Certificates.Issued certificate) throws Exception {
		Server server = Grpc
			.newServerBuilderForPort(0,
					TlsServerCredentials.newBuilder()
						.keyManager(certificate.chain().toFile(), certificate.key().toFile())
						.build())
			.intercept(new ServerInterceptor() {
				@Override
				public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
						ServerCallHandler<Q, R> next) {
					TlsNamesTests.this.authorities.add(String.valueOf(call.getAuthority()));
					return next.startCall(call, headers);
				}
			})
			.addService(new KVGrpc.KVImplBase() {
				@Override
				public void put(PutRequest request, StreamObserver<PutResponse> answer) {
					answer.onNext(PutResponse.getDefaultInstance());
					answer.onCompleted();
				}
			})
			.build()
			.start();
		this.servers.add(server);
		return server.getPort();
	}

	private TestClient.Settings settings(String... endpoints) {
		// Every name has an address where nobody listens, and then the right one.
		return TestClient.of(endpoints)
			.tls(tls)
			.connectTimeout(Duration.ofSeconds(3))
			.resolver((host) -> List.of(InetAddress.getByName("127.0.0.3"), InetAddress.getByName("127.0.0.1")));
	}

	private String firstEndpoint() {
		return "https://" + FIRST + ":" + this.firstPort;
	}

	private String secondEndpoint() {
		return "https://" + SECOND + ":" + this.secondPort;
	}

	@Test
	void eachMemberIsVerifiedUnderItsOwnName() {
		try (TestClient client = settings(firstEndpoint(), secondEndpoint()).strategy(EndpointStrategy.ROUND_ROBIN)
			.open()) {
			for (int i = 0; i < 100 && this.authorities.stream().distinct().count() < 2; i++) {
				client.kv().put("k", "v").sync();
			}
			assertThat(this.authorities).containsOnly(FIRST + ":" + this.firstPort, SECOND + ":" + this.secondPort);
		}
	}

	@Test
	void nextMemberIsVerifiedUnderItsOwnNameWhenTheFirstIsGone() throws Exception {
		try (TestClient client = settings(firstEndpoint(), secondEndpoint()).open()) {
			client.kv().put("k", "v").sync();
			this.servers.get(0).shutdownNow().awaitTermination();
			await().until(() -> !client.transport().endpointStates().get(0).connected());
			client.kv().put("k", "v").sync();
			assertThat(this.authorities).containsExactly(FIRST + ":" + this.firstPort, SECOND + ":" + this.secondPort);
		}
	}

	@Test
	void memberUnderTheNameOfAnotherIsRefused() {
		String wrong = "https://" + SECOND + ":" + this.firstPort;
		try (TestClient client = settings(wrong, secondEndpoint()).open()) {
			client.kv().put("k", "v").sync();
			assertThat(this.authorities).containsExactly(SECOND + ":" + this.secondPort);
		}
		try (TestClient client = settings(wrong).open()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED))
				.withMessageContaining(wrong)
				.withMessageContaining("is for " + FIRST + ", not for " + SECOND);
		}
	}

}
