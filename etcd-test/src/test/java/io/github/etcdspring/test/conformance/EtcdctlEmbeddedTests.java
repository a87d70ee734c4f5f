/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.embedded.EmbeddedEtcd;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code etcdctl} is told where the embedded server cannot do what etcd does.
 */
class EtcdctlEmbeddedTests {

	@Test
	void snapshotIsRefusedWithAReason(@TempDir Path folder) {
		try (EmbeddedEtcd etcd = EmbeddedEtcd.start(); Etcdctl etcdctl = Etcdctl.find(etcd.endpoint(), folder)) {
			Path file = folder.resolve("snapshot.db");
			assertThat(etcdctl.fail("snapshot", "save", file.toString())).contains("embedded etcd: no snapshot");
			assertThat(file).doesNotExist();
		}
	}

}
