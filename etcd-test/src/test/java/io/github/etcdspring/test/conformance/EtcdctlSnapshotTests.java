/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.maintenance.Snapshot;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Snapshots that the client took, as {@code etcdctl} sees them, and what comes of them.
 */
@ForEachEtcd(embedded = false)
@WithEtcd(isolated = true)
class EtcdctlSnapshotTests extends EtcdctlConformance {

	private static final int KEYS = 300;

	private long fill() {
		long lease = this.etcd.leases().grant(LONG).sync().id();
		for (int i = 0; i < KEYS; i++) {
			this.kv.put(key(bytes(i >> 8, i, 0xFF)), Bytes.utf8("value " + i)).sync();
		}
		this.kv.put(key("leased"), "1").lease(lease).sync();
		put("twice", "1");
		put("twice", "2");
		put("gone", "1");
		this.kv.delete(key("gone")).sync();
		return lease;
	}

	@Test
	void snapshotIsThatOfEtcdctl() throws Exception {
		fill();
		Path own = this.folder.resolve("own.db");
		Path other = this.folder.resolve("other.db");
		Snapshot snapshot = this.etcd.maintenance().snapshot(own).sync();
		this.etcdctl.run("snapshot", "save", other.toString());
		assertThat(Files.size(own)).isEqualTo(snapshot.size());
		Etcdctl.Said ownStatus = this.etcdctl.run("snapshot", "status", own.toString(), "-w", "json");
		Etcdctl.Said otherStatus = this.etcdctl.run("snapshot", "status", other.toString(), "-w", "json");
		assertThat(ownStatus.number("hash")).isPositive().isEqualTo(otherStatus.number("hash"));
		assertThat(ownStatus.number("revision")).isEqualTo(revision());
		assertThat(ownStatus.number("totalKey")).isGreaterThan(KEYS).isEqualTo(otherStatus.number("totalKey"));
	}

	@Test
	void restoredSnapshotHasAllThatWasThere(EtcdBinary binary) {
		long lease = fill();
		GetResult before = this.kv.get(KeyRange.all()).sync();
		assertThat(before.keyValues()).hasSizeGreaterThan(KEYS);
		Path file = this.folder.resolve("snapshot.db");
		this.etcd.maintenance().snapshot(file).sync();
		put("twice", "after the snapshot");
		Path data = this.folder.resolve("data");
		this.etcdctl.run("snapshot", "restore", file.toString(), "--data-dir=" + data);
		try (EtcdServer restored = EtcdServer.builder().binary(binary).data(data).start();
				EtcdClient client = EtcdClient.builder().endpoints(restored.endpoint()).build()) {
			GetResult after = client.kv().get(KeyRange.all()).sync();
			assertThat(after.keyValues()).isEqualTo(before.keyValues());
			assertThat(after.storeRevision()).isEqualTo(before.storeRevision());
			assertThat(after.header().clusterId()).isNotEqualTo(before.header().clusterId());
			List<KeyValue> first = client.kv()
				.get(key("twice"))
				.revision(before.storeRevision() - 3)
				.sync()
				.keyValues();
			assertThat(first).extracting(KeyValue::valueAsUtf8).containsExactly("1");
			assertThat(client.leases().timeToLive(lease).sync().grantedTtl()).isEqualTo(LONG);
			client.leases().revoke(lease).sync();
			assertThat(client.kv().get(key("leased")).sync().count()).isZero();
			restored.restart();
			assertThat(client.kv().get(key("twice")).timeout(Duration.ofSeconds(20)).sync().first())
				.hasValueSatisfying((found) -> assertThat(found.valueAsUtf8()).isEqualTo("2"));
		}
	}

}
