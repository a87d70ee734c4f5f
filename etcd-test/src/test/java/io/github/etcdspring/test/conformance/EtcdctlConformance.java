/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the suites have in common that compare the client with etcd's own, the
 * {@code etcdctl}: what one has done the other must see.
 */
abstract class EtcdctlConformance extends Conformance {

	Etcdctl etcdctl;

	@TempDir
	Path folder;

	@BeforeEach
	void findEtcdctl() {
		this.etcdctl = findProgram(this.etcd.endpoints().get(0));
	}

	Etcdctl findProgram(String endpoint) {
		return Etcdctl.find(endpoint, this.folder);
	}

	@AfterEach
	void stopEtcdctl() {
		if (this.etcdctl != null) {
			this.etcdctl.close();
		}
	}

}
