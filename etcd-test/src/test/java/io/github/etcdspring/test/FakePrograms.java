/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Shell scripts that pass for etcd.
 */
final class FakePrograms {

	private FakePrograms() {
	}

	static Path etcd(Path directory, String version) throws IOException {
		return etcd(directory, version, "");
	}

	static Path etcd(Path directory, String version, String body) throws IOException {
		return script(directory, "[ \"$1\" != --version ] || { echo 'etcd Version: " + version + "'; exit; }\n" + body);
	}

	static Path script(Path directory, String body) throws IOException {
		Path file = Files.createDirectories(directory).resolve("etcd");
		Files.writeString(file, "#!/bin/sh\n" + body + "\n");
		return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
	}

}
