/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.TlsOptions;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * TLS with a real etcd: what a user is told when it does not come about, and certificates
 * that are replaced while both sides run.
 */
@WithEtcd
class TlsFaultTests {

	@TempDir
	private static Path folder;

	private static Certificates authority;

	private static Certificates stranger;

	private static Certificates.Issued client;

	private static Certificates.Issued used;

	/** Wants no certificate of clients. */
	private static EtcdServer open;

	/** Wants one. */
	private static EtcdServer mutual;

	@BeforeAll
	static void start() throws Exception {
		authority = Certificates.authority(Files.createDirectory(folder.resolve("a")), "authority");
		stranger = Certificates.authority(Files.createDirectory(folder.resolve("b")), "stranger");
		client = authority.issue("client", "dns:client");
		Certificates.Issued server = authority.issue("server", "dns:localhost,ip:127.0.0.1");
		used = new Certificates.Issued(folder.resolve("used.pem"), folder.resolve("used.key"));
		replace(used, server);
		Path both = Files.writeString(folder.resolve("both.pem"),
				Files.readString(authority.trust()) + Files.readString(stranger.trust()));
		Certificates.Issued named = authority.issue("named", "dns:localhost");
		open = EtcdServer.builder().tls(named.chain(), named.key()).start();
		mutual = EtcdServer.builder().tls(used.chain(), used.key()).clientAuthority(both).start();
	}

	@AfterAll
	static void stop() {
		open.close();
		mutual.close();
	}

	private static void replace(Certificates.Issued used, Certificates.Issued with) throws Exception {
		replace(used.chain(), with.chain());
		replace(used.key(), with.key());
	}

	private static void replace(Path used, Path with) throws Exception {
		Path copy = Files.copy(with, used.resolveSibling(used.getFileName() + ".new"));
		Files.move(copy, used, StandardCopyOption.ATOMIC_MOVE);
	}

	private static TlsOptions.Builder trusting(Certificates trusted) {
		return TlsOptions.builder().trustCertificates(trusted.trust());
	}

	private static String named(EtcdServer server) {
		return server.tlsEndpoint().replace("127.0.0.1", "localhost");
	}

	private static void assertWorks(String endpoint, TlsOptions tls) {
		try (EtcdClient etcd = EtcdClient.builder().endpoints(endpoint).tls(tls).build()) {
			etcd.kv().put("works", "yes").sync();
		}
	}

	private static void assertRefused(EtcdClient.Builder builder, String endpoint, String words) {
		try (EtcdClient etcd = builder.endpoints(endpoint).connectTimeout(Duration.ofSeconds(2)).build()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> etcd.kv().put("works", "no").sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.UNREACHABLE);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
				})
				.withMessageContaining(endpoint)
				.withMessageContaining(words);
		}
	}

	private static void assertRefused(TlsOptions.Builder tls, String endpoint, String words) {
		assertRefused(EtcdClient.builder().tls(tls.build()), endpoint, words);
	}

	@Test
	void oneWayAndMutualTlsWork() {
		assertWorks(named(open), trusting(authority).build());
		assertWorks(mutual.tlsEndpoint(), trusting(authority).clientCertificate(client.chain(), client.key()).build());
	}

	@Test
	void wrongCertificatesAreToldWithTheFix() throws Exception {
		assertRefused(trusting(stranger), named(open), "issued by CN=authority, which is not trusted here");
		assertRefused(trusting(authority), open.tlsEndpoint(), "is for localhost, not for 127.0.0.1");
		String wanted = (mutual.version().isAtLeast("3.5.0")) ? "certificate_required" : "bad_certificate";
		assertRefused(trusting(authority), mutual.tlsEndpoint(), "(" + wanted + "): it wants a client certificate");
		Certificates.Issued old = authority.issue("old", "dns:old", Certificates.now(-9), Certificates.now(-2));
		assertRefused(trusting(authority).clientCertificate(old.chain(), old.key()), mutual.tlsEndpoint(), "expired");
	}

	@Test
	void wrongSchemesAreToldWithTheFix() {
		assertRefused(EtcdClient.builder(), named(open).replace("https:", "http:"), "if it speaks TLS, write https://");
		assertRefused(trusting(authority), open.endpoint().replace("http:", "https:"), "write http://");
	}

	@Test
	void certificatesOfBothSidesAreReplacedUnderLoadWithoutAFailedCall() throws Exception {
		Path trust = Files.copy(authority.trust(), folder.resolve("trust.pem"));
		Certificates.Issued mine = new Certificates.Issued(folder.resolve("mine.pem"), folder.resolve("mine.key"));
		replace(mine, client);
		TlsOptions tls = TlsOptions.builder()
			.trustCertificates(trust)
			.clientCertificate(mine.chain(), mine.key())
			.build();
		AtomicLong written = new AtomicLong();
		AtomicBoolean stop = new AtomicBoolean();
		Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
		try (EtcdClient etcd = EtcdClient.builder()
			.endpoints(mutual.tlsEndpoint())
			.tls(tls)
			.connectTimeout(Duration.ofSeconds(15))
			.build()) {
			for (int i = 0; i < 4; i++) {
				write(etcd, written, failures, stop);
			}
			connectAgain(etcd, written);
			Files.copy(folder.resolve("both.pem"), folder.resolve("both.copy"));
			Files.move(folder.resolve("both.copy"), trust, StandardCopyOption.ATOMIC_MOVE);
			connectAgain(etcd, written);
			replace(used, stranger.issue("server", "dns:localhost,ip:127.0.0.1"));
			connectAgain(etcd, written);
			replace(mine, stranger.issue("client", "dns:client"));
			connectAgain(etcd, written);
			replace(trust, stranger.trust());
			connectAgain(etcd, written);
			stop.set(true);
			assertThat(failures).as("after %s writes", written).isEmpty();
		}
		finally {
			stop.set(true);
		}
		// The old authority is trusted no more.
		assertRefused(trusting(authority).clientCertificate(mine.chain(), mine.key()), mutual.tlsEndpoint(),
				"issued by CN=stranger, which is not trusted here");
		FaultSettings.say(getClass(), written + " writes while certificates were replaced");
		replace(used, authority.issue("server", "dns:localhost,ip:127.0.0.1"));
	}

	private static void write(EtcdClient etcd, AtomicLong written, Queue<Throwable> failures, AtomicBoolean stop) {
		etcd.kv().put("rotation", "v").async().whenComplete((result, failure) -> {
			if (failure == null) {
				written.incrementAndGet();
			}
			else if (!stop.get()) {
				failures.add(failure);
			}
			if (!stop.get()) {
				write(etcd, written, failures, stop);
			}
		});
	}

	// The same server under its other name: calls that run end on the old connection.
	private static void connectAgain(EtcdClient etcd, AtomicLong written) {
		boolean byAddress = etcd.endpoints().get(0).equals(mutual.tlsEndpoint());
		etcd.replaceEndpoints(List.of(byAddress ? named(mutual) : mutual.tlsEndpoint()));
		long before = written.get();
		await().atMost(Duration.ofSeconds(30)).until(() -> written.get() > before + 50);
	}

}
