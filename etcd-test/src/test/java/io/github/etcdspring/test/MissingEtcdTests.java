/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs test classes in a JVM that finds no etcd.
 */
class MissingEtcdTests {

	@Test
	void onlyTheEmbeddedServerIsTestedWithoutAnyEtcd(@TempDir Path empty) throws Exception {
		String output = runWithoutEtcd(empty, false);
		assertThat(output).contains("containers skipped: 1, tests succeeded: 2, containers failed: 0")
			.contains("No etcd found")
			.containsOnlyOnce("ALL TESTS THAT NEED A REAL ETCD ARE SKIPPED: ONLY THE EMBEDDED SERVER IS TESTED");
	}

	@Test
	void classFailsWithoutAnyEtcdIfOneIsRequired(@TempDir Path empty) throws Exception {
		String output = runWithoutEtcd(empty, true);
		assertThat(output).contains("containers skipped: 0, tests succeeded: 0, containers failed: 3")
			.contains("scripts/install-etcd");
	}

	private static String runWithoutEtcd(Path empty, boolean required) throws IOException, InterruptedException {
		Map<String, String> environment = Map.of("PATH", empty.toString(), "ETCD_BINARIES", "");
		try (ForkedJvm jvm = ForkedJvm.run(RunInAnotherJvm.class, environment, "-Detcd.required=" + required)) {
			return jvm.awaitEnd();
		}
	}

}
