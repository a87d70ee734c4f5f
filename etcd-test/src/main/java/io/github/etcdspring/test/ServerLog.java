/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a server has written, over all its runs.
 */
final class ServerLog {

	private static final int TAIL = 4000;

	private final Path file;

	private int runBegins;

	ServerLog(Path file) {
		this.file = file;
	}

	Path file() {
		return this.file;
	}

	void beginRun() {
		this.runBegins = bytes().length;
	}

	String text() {
		return new String(bytes(), StandardCharsets.UTF_8);
	}

	String textOfRun() {
		byte[] bytes = bytes();
		return new String(bytes, this.runBegins, bytes.length - this.runBegins, StandardCharsets.UTF_8);
	}

	String tailOfRun() {
		String text = textOfRun();
		return text.substring(Math.max(0, text.length() - TAIL));
	}

	private byte[] bytes() {
		try {
			return (Files.exists(this.file)) ? Files.readAllBytes(this.file) : new byte[0];
		}
		catch (IOException ex) {
			throw new UncheckedIOException("cannot read " + this.file, ex);
		}
	}

}
