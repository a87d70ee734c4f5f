/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.cluster.Member;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.transport.Request;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.SinceEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * A member that learns: it answers little, and what it refuses goes to a voter if there
 * is one.
 */
@ForEachEtcd(embedded = false)
@Timeout(120)
class LearnerTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	@TempDir
	private Path folder;

	private EtcdServer voter;

	private Process learner;

	private String endpoint;

	@BeforeEach
	void startLearner(EtcdBinary binary) throws Exception {
		this.voter = EtcdServer.builder().binary(binary).start();
		this.endpoint = "http://127.0.0.1:" + freePort();
		String peer = "http://127.0.0.1:" + freePort();
		try (EtcdClient client = client(this.voter.endpoint())) {
			client.kv().put("/k", "1").sync();
			Member seed = client.cluster().members().sync().members().get(0);
			await().atMost(SOON)
				.ignoreExceptionsInstanceOf(EtcdException.class)
				.until(() -> client.cluster().addLearner(peer).sync().member().isLearner());
			this.learner = new ProcessBuilder(binary.path().toString(), "--name=learner",
					"--data-dir=" + this.folder.resolve("data"), "--listen-client-urls=" + this.endpoint,
					"--advertise-client-urls=" + this.endpoint, "--listen-peer-urls=" + peer,
					"--initial-advertise-peer-urls=" + peer,
					"--initial-cluster=" + seed.name() + "=" + seed.peerUrls().get(0) + ",learner=" + peer,
					"--initial-cluster-state=existing", "--logger=zap")
				.redirectErrorStream(true)
				.redirectOutput(this.folder.resolve("log").toFile())
				.start();
		}
		// Its clients reach it before it knows what it has to learn.
		await().atMost(Duration.ofSeconds(40)).ignoreExceptionsInstanceOf(EtcdException.class).until(() -> {
			try (EtcdClient client = client(this.endpoint)) {
				return client.maintenance().status(this.endpoint).timeout(Duration.ofSeconds(3)).sync().isLearner()
						&& client.kv().get("/k").serializable().timeout(Duration.ofSeconds(3)).sync().count() == 1;
			}
		});
	}

	@AfterEach
	void stop() throws InterruptedException {
		if (this.learner != null) {
			this.learner.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
		}
		this.voter.close();
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private static EtcdClient client(String... endpoints) {
		return EtcdClient.builder().endpoints(endpoints).build();
	}

	@Test
	void learnerAloneAnswersStatusAndReadsThatMayBeStale() {
		try (EtcdClient client = client(this.endpoint)) {
			assertThat(client.kv().get("/k").serializable().sync().first()).map((found) -> found.valueAsUtf8())
				.contains("1");
			assertThat(client.maintenance().status(this.endpoint).sync().isLearner()).isTrue();
			for (Request<?> request : List.of(client.kv().get("/k"), client.kv().put("/k", "2"),
					client.leases().grant(Duration.ofSeconds(5)), client.cluster().members())) {
				assertThatExceptionOfType(EtcdException.class).isThrownBy(request::sync).satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.NOT_SUPPORTED_FOR_LEARNER);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.attempts()).isOne();
				});
			}
			RecordingListener listener = new RecordingListener();
			client.watch(KeyRange.all()).maxRetries(-1).open(listener);
			assertThat(listener.closed()).succeedsWithin(SOON)
				.satisfies((closed) -> assertThat(closed.cause()).extracting(EtcdException::reason)
					.isEqualTo(Reason.NOT_SUPPORTED_FOR_LEARNER));
		}
	}

	@Test
	void whatALearnerRefusesGoesToTheVoter() {
		RecordingListener listener = new RecordingListener();
		try (EtcdClient client = client(this.endpoint, this.voter.endpoint());
				Watch watch = client.watch(KeyRange.key("/k")).maxRetries(0).open(listener)) {
			assertThat(watch.ready()).succeedsWithin(SOON);
			client.kv().put("/k", "2").sync();
			assertThat(client.kv().get("/k").sync().first()).map((found) -> found.valueAsUtf8()).contains("2");
			await().atMost(SOON).until(() -> listener.batches().size() == 1);
			long lease = client.leases().grant(Duration.ofSeconds(30)).sync().id();
			try (KeepAlive alive = client.leases().keepAlive(lease).open()) {
				assertThat(alive.ready()).succeedsWithin(SOON);
			}
			assertThat(client.cluster().sync().sync()).containsExactly(this.voter.endpoint());
			assertThat(client.kv().get("/k").sync().count()).isEqualTo(1);
		}
	}

	@Test
	@SinceEtcd(value = "3.5.0", reason = "learners of before have no snapshots")
	void learnerGivesASnapshot() {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (EtcdClient client = client(this.endpoint)) {
			client.maintenance().snapshot(Channels.newChannel(bytes)).sync();
			assertThat(bytes.size()).isPositive();
		}
	}

}
