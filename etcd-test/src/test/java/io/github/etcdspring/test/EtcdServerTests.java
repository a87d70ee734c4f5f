/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

@ForEachEtcd(embedded = false)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdServerTests {

	private static final Pattern PORT_TAKEN = Pattern.compile("bind: address already in use");

	// What etcd writes, or the shell for an etcd that does not handle the signal yet.
	private static final String[] STOPPED_BY_SIGTERM = { "closed etcd server", "Terminated" };

	private final EtcdBinary binary;

	EtcdServerTests(EtcdBinary binary) {
		this.binary = binary;
	}

	@Test
	void startReturnsAServerThatServes() {
		try (EtcdServer server = start()) {
			assertThat(server.version()).isEqualTo(this.binary.version());
			assertThat(server.isRunning()).isTrue();
			assertThat(Gateway.status(server, Duration.ofSeconds(10)))
				.contains('"' + server.version().toString() + '"');
			assertThat(server.log()).isNotBlank();
			assertThat(server).hasToString("etcd " + server.version() + " at " + server.endpoint());
		}
	}

	@Test
	void restartKeepsEndpointAndData() {
		try (EtcdServer server = start()) {
			Gateway.put(server, "key", "value");
			String endpoint = server.endpoint();
			long pid = server.pid();
			server.restart();
			assertThat(server.endpoint()).isEqualTo(endpoint);
			assertThat(server.pid()).isNotEqualTo(pid);
			assertThat(Gateway.has(server, "key", "value")).isTrue();
		}
	}

	@Test
	void serverBeginsWithACopyOfTheDataOfAnother() {
		try (EtcdServer server = start()) {
			Gateway.put(server, "key", "value");
			server.stop();
			Path data = server.directory().resolve("data");
			try (EtcdServer other = EtcdServer.builder().binary(this.binary).data(data).start()) {
				assertThat(Gateway.has(other, "key", "value")).isTrue();
				Gateway.put(other, "key", "changed");
			}
			server.start();
			assertThat(Gateway.has(server, "key", "value")).isTrue();
		}
	}

	@Test
	void folderWithoutDataIsRefused(@TempDir Path empty) {
		assertThatIllegalArgumentException().isThrownBy(() -> EtcdServer.builder().data(empty))
			.withMessageContaining(empty.toString())
			.withMessageContaining("give the data folder of an etcd");
	}

	@Test
	void stopEndsTheProcessByItself() {
		try (EtcdServer server = start()) {
			long pid = server.pid();
			server.stop();
			assertThat(server.isRunning()).isFalse();
			assertThat(ProcessHandle.of(pid)).isEmpty();
			assertThat(server.log()).containsAnyOf(STOPPED_BY_SIGTERM);
			server.stop();
			server.kill();
			server.thaw();
		}
	}

	@Test
	void killedServerStartsAgainWithItsData() {
		try (EtcdServer server = start()) {
			Gateway.put(server, "key", "value");
			long pid = server.pid();
			server.kill();
			assertThat(server.isRunning()).isFalse();
			assertThat(ProcessHandle.of(pid)).isEmpty();
			assertThat(server.log()).doesNotContain(STOPPED_BY_SIGTERM);
			server.start();
			assertThat(Gateway.has(server, "key", "value")).isTrue();
		}
	}

	@Test
	void serverWithAnAlarmStartsAgain() {
		try (EtcdServer server = start()) {
			Gateway.raiseAlarm(server);
			server.restart();
			assertThat(server.isRunning()).isTrue();
		}
	}

	@Test
	void serverWithAuthenticationStartsAgain() {
		try (EtcdServer server = start()) {
			Gateway.enableAuthentication(server);
			server.restart();
			assertThatIllegalStateException().isThrownBy(() -> Gateway.put(server, "key", "value"))
				.withMessageContaining("user name is empty");
		}
	}

	@Test
	void frozenServerAnswersOnlyWhenThawed() {
		try (EtcdServer server = start()) {
			Gateway.put(server, "key", "value");
			server.freeze();
			assertThat(server.isRunning()).isTrue();
			assertThatExceptionOfType(UncheckedIOException.class)
				.isThrownBy(() -> Gateway.status(server, Duration.ofMillis(300)))
				.withCauseInstanceOf(HttpTimeoutException.class);
			server.thaw();
			assertThat(Gateway.has(server, "key", "value")).isTrue();
		}
	}

	@Test
	void frozenServerCanBeStopped() {
		try (EtcdServer server = start()) {
			server.freeze();
			server.stop();
			assertThat(server.isRunning()).isFalse();
			assertThat(server.log()).containsAnyOf(STOPPED_BY_SIGTERM);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void closeLeavesNothing(boolean frozen) {
		// The servers of other classes.
		List<ProcessHandle> others = ProcessHandle.current().children().toList();
		EtcdServer server = start();
		long pid = server.pid();
		List<ProcessHandle> shells = ProcessHandle.current()
			.children()
			.filter((child) -> !others.contains(child))
			.toList();
		assertThat(shells).isNotEmpty();
		assertThat(server.directory()).isDirectory();
		if (frozen) {
			server.freeze();
		}
		server.close();
		server.close();
		assertThat(ProcessHandle.of(pid)).isEmpty();
		assertThat(server.directory()).doesNotExist();
		assertThat(server.log()).isEmpty();
		assertThat(server.isRunning()).isFalse();
		assertThat(shells.stream().flatMap(ProcessHandle::descendants)).isEmpty();
		assertThatIllegalStateException().isThrownBy(server::start).withMessageContaining("closed");
	}

	@Test
	void serverThatDoesNotRunHasNoProcess() {
		try (EtcdServer server = start()) {
			server.kill();
			assertThatIllegalStateException().isThrownBy(server::pid).withMessageEndingWith("start it first");
			assertThatIllegalStateException().isThrownBy(server::freeze).withMessageEndingWith("start it first");
		}
	}

	@Test
	void portLostToAnotherProcessIsReplaced() throws IOException {
		try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			Ports lost = new Ports(other.getLocalPort(), Ports.free().peer());
			Ports lostPeer = new Ports(Ports.free().client(), other.getLocalPort());
			Ports good = Ports.free();
			Queue<Ports> ports = new ArrayDeque<>(List.of(lost, lostPeer, good));
			try (EtcdServer server = EtcdServer.builder().binary(this.binary).ports(ports::remove).start()) {
				assertThat(server.endpoint()).isEqualTo(good.clientUrl());
				assertThat(ports).isEmpty();
			}
		}
	}

	@Test
	void portsThatAreLostAgainAndAgainAreReported() throws IOException {
		try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			EtcdServer.Builder builder = EtcdServer.builder()
				.binary(this.binary)
				.ports(() -> new Ports(other.getLocalPort(), Ports.free().peer()));
			assertThatIllegalStateException().isThrownBy(builder::start)
				.withMessageContaining("could not listen")
				.withMessageContaining(other.getLocalPort() + ": bind: address already in use");
		}
	}

	@Test
	void startAgainWaitsForItsPort() throws Exception {
		try (EtcdServer server = start()) {
			server.stop();
			CompletableFuture<Void> started;
			try (ServerSocket other = new ServerSocket(URI.create(server.endpoint()).getPort(), 1,
					InetAddress.getLoopbackAddress())) {
				started = CompletableFuture.runAsync(server::start);
				await().atMost(Duration.ofSeconds(20))
					.until(() -> PORT_TAKEN.matcher(server.log()).results().count() > 1);
				assertThat(other.isBound()).isTrue();
				assertThat(started).isNotDone();
			}
			started.get(60, TimeUnit.SECONDS);
			assertThat(server.isRunning()).isTrue();
		}
	}

	@Test
	void startThatFailsShowsTheLog() {
		EtcdServer.Builder builder = EtcdServer.builder().binary(this.binary).arguments("--no-such-flag=1");
		assertThatIllegalStateException().isThrownBy(builder::start)
			.withMessageContaining("ended before it served")
			.withMessageContaining("Command: " + this.binary.path() + " --name=")
			.withMessageContaining("flag provided but not defined: -no-such-flag");
	}

	@Test
	void startThatTakesTooLongShowsTheLogAndLeavesNothing(@TempDir Path directory) throws IOException {
		Path pid = directory.resolve("pid");
		Path slow = FakePrograms.etcd(directory, "3.5.4", "echo $$ >" + pid + "; echo waiting; exec sleep 1000");
		EtcdServer.Builder builder = EtcdServer.builder()
			.binary(EtcdBinary.of(slow))
			.startTimeout(Duration.ofMillis(500));
		assertThatIllegalStateException().isThrownBy(builder::start)
			.withMessageContaining("did not serve within 500 ms")
			.withMessageEndingWith("waiting\n");
		assertThat(ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))).isEmpty();
	}

	@Test
	void startTimeoutHasToBePositive() {
		assertThatIllegalArgumentException().isThrownBy(() -> EtcdServer.builder().startTimeout(Duration.ZERO))
			.withMessage("startTimeout is PT0S: give a positive time");
	}

	@Test
	void argumentsReachEtcd() {
		try (EtcdServer server = EtcdServer.builder()
			.binary(this.binary)
			.arguments("--quota-backend-bytes=16777216")
			.start()) {
			assertThat(server.log()).contains("16777216");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void serverDiesWithAJvmThatIsKilled(boolean frozen) throws IOException {
		// The variable would keep etcd from starting, if it were passed on.
		Map<String, String> environment = Map.of("ETCD_QUOTA_BACKEND_BYTES", "many");
		try (ForkedJvm jvm = ForkedJvm.run(ServerOfAnotherJvm.class, environment, "-Detcd=" + this.binary.path(),
				"-Dfrozen=" + frozen)) {
			ProcessHandle etcd = ProcessHandle.of(Long.parseLong(jvm.awaitLine("pid "))).orElseThrow();
			Path directory = Path.of(jvm.awaitLine("directory "));
			assertThat(etcd.isAlive()).isTrue();
			assertThat(directory).isDirectory();
			ProcessHandle shell = etcd.parent().orElseThrow();
			List<ProcessHandle> family = shell.children().toList();
			assertThat(family).contains(etcd);
			jvm.kill();
			await().atMost(Duration.ofSeconds(10)).until(() -> family.stream().noneMatch(ProcessHandle::isAlive));
			await().atMost(Duration.ofSeconds(10)).until(() -> Files.notExists(directory));
		}
	}

	private EtcdServer start() {
		return EtcdServer.builder().binary(this.binary).start();
	}

	@Test
	void authorityOfClientsWithoutTlsIsRefused() {
		Path authority = Path.of("ca.pem");
		assertThatIllegalArgumentException().isThrownBy(() -> EtcdServer.builder().clientAuthority(authority).start())
			.withMessage("clientAuthority is ca.pem, but clients have no TLS: give tls(certificate, key), too");
	}

}
