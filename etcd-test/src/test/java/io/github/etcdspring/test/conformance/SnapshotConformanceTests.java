/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.maintenance.Snapshot;
import io.github.etcdspring.client.maintenance.SnapshotRequest;
import io.github.etcdspring.proto.MaintenanceGrpc;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@link SnapshotConformance} on real servers.
 */
@ForEachEtcd(embedded = false)
@WithEtcd(isolated = true)
class SnapshotConformanceTests extends SnapshotConformance {

	private static final int PARTS_BEFORE_THE_FAULT = 20;

	/** Make the database larger than anything that is on its way at a time. */
	private void fill() {
		Bytes megabyte = Bytes.wrap(new byte[1024 * 1024]);
		for (int i = 0; i < 20; i++) {
			this.kv.put(Bytes.utf8(key("large" + i)), megabyte).sync();
		}
	}

	/**
	 * Begin a snapshot, and do something in the middle of it.
	 * @param fault what is done
	 * @param timeout limits the snapshot
	 * @return how it failed
	 */
	private EtcdException failureOfSnapshot(Runnable fault, Duration timeout) throws IOException {
		Files.write(this.file, OLDER);
		AnswerAction action = new AnswerAction(MaintenanceGrpc.getSnapshotMethod(), PARTS_BEFORE_THE_FAULT, fault);
		try (EtcdClient client = newClient().channelCustomizer((builder) -> builder.intercept(action)).build()) {
			SnapshotRequest request = client.maintenance().snapshot(this.file).timeout(timeout);
			EtcdException[] failure = new EtcdException[1];
			assertThatExceptionOfType(EtcdException.class).isThrownBy(request::sync).satisfies((ex) -> failure[0] = ex);
			assertThat(action.isDone()).isTrue();
			return failure[0];
		}
	}

	@Test
	void largeStoreIsCopied() throws IOException {
		fill();
		Snapshot snapshot = this.etcd.maintenance().snapshot(this.file).sync();
		assertThat(snapshot.size()).isGreaterThan(20 * 1024 * 1024).isEqualTo(Files.size(this.file));
		assertThat(snapshot.storageVersion()).isEmpty();
		assertIsWhole(Files.readAllBytes(this.file));
	}

	@Test
	void programOfEtcdAcceptsTheFile() throws IOException, InterruptedException {
		put("a", "1");
		this.etcd.maintenance().snapshot(this.file).sync();
		for (Path program : programs()) {
			ProcessBuilder builder = new ProcessBuilder(program.toString(), "snapshot", "status", this.file.toString());
			builder.environment().put("ETCDCTL_API", "3");
			Process process = builder.redirectErrorStream(true).start();
			String output = new String(process.getInputStream().readAllBytes());
			assertThat(process.waitFor()).as(output).isZero();
			assertThat(output).matches("(?s).*[0-9a-f]+, \\d+, \\d+, .*");
		}
		assertIsWhole(Files.readAllBytes(this.file));
	}

	private static List<Path> programs() {
		return Stream.of(System.getenv("PATH").split(":"))
			.map((folder) -> Path.of(folder, "etcdctl"))
			.filter(Files::isExecutable)
			.limit(1)
			.toList();
	}

	@Test
	void serverThatIsKilledInTheMiddleLeavesTheOlderFile(EtcdServer server) throws IOException {
		fill();
		EtcdException failure = failureOfSnapshot(server::kill, SOON);
		assertThat(failure.endpoint()).isEqualTo(server.endpoint());
		assertOnlyTheOlderFileIsThere();
		server.start();
		this.etcd.maintenance().snapshot(this.file).sync();
		assertIsWhole(Files.readAllBytes(this.file));
	}

	@Test
	void serverThatFreezesInTheMiddleLeavesTheOlderFile(EtcdServer server) throws IOException {
		fill();
		try {
			assertThat(failureOfSnapshot(server::freeze, Duration.ofSeconds(3)))
				.isInstanceOf(EtcdTimeoutException.class);
		}
		finally {
			server.thaw();
		}
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	void cancellingInTheMiddleLeavesTheOlderFile() throws IOException, InterruptedException {
		fill();
		Files.write(this.file, OLDER);
		CountDownLatch reached = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		AnswerAction action = new AnswerAction(MaintenanceGrpc.getSnapshotMethod(), PARTS_BEFORE_THE_FAULT, () -> {
			reached.countDown();
			try {
				go.await(20, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		try (EtcdClient client = newClient().channelCustomizer((builder) -> builder.intercept(action)).build()) {
			CompletableFuture<Snapshot> pending = client.maintenance().snapshot(this.file).async();
			assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
			assertThat(files()).hasSize(2);
			pending.cancel(true);
			assertOnlyTheOlderFileIsThere();
			go.countDown();
		}
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	void eachMemberIsCopiedByItsEndpoint(EtcdBinary binary) {
		try (EtcdCluster cluster = EtcdCluster.builder().size(3).binary(binary).start();
				EtcdClient client = EtcdClient.builder().endpoints(cluster.endpoints()).build()) {
			client.kv().put("/a", "value-of-the-cluster").sync();
			for (String endpoint : cluster.endpoints()) {
				// A member that is behind has it soon.
				client.kv().get("/a").sync();
				ByteArrayOutputStream target = new ByteArrayOutputStream();
				Snapshot snapshot = client.maintenance()
					.snapshot(Channels.newChannel(target))
					.endpoint(endpoint)
					.sync();
				assertThat(snapshot.size()).isEqualTo(target.size());
				assertIsWhole(target.toByteArray());
			}
			cluster.member(1).kill();
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.maintenance()
				.snapshot(this.file)
				.endpoint(cluster.endpoints().get(1))
				.timeout(Duration.ofSeconds(3))
				.sync());
			assertThat(files()).isEmpty();
			// It is a copy of the member that was asked, without its cluster, too.
			cluster.member(2).kill();
			assertThat(client.maintenance().snapshot(this.file).endpoint(cluster.endpoints().get(0)).sync().size())
				.isPositive();
		}
	}

}
