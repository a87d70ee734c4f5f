/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Another JVM with the class path of this one.
 */
public final class ForkedJvm implements AutoCloseable {

	private final Process process;

	private final BufferedReader output;

	private ForkedJvm(Process process) {
		this.process = process;
		this.output = process.inputReader();
	}

	/**
	 * Start it, with a heap of 64 MB.
	 */
	public static ForkedJvm run(Class<?> main, Map<String, String> environment, String... options) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx64m", "-cp", System.getProperty("java.class.path")));
		command.addAll(List.of(options));
		command.add(main.getName());
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		builder.environment().putAll(environment);
		return new ForkedJvm(builder.start());
	}

	/**
	 * Read to the line that begins with a text.
	 */
	public String awaitLine(String begin) throws IOException {
		StringBuilder read = new StringBuilder();
		for (String line = this.output.readLine(); line != null; line = this.output.readLine()) {
			if (line.startsWith(begin)) {
				return line.substring(begin.length());
			}
			read.append(line).append('\n');
		}
		throw new AssertionError("no line begins with '" + begin + "' in: " + read);
	}

	/**
	 * Read what is left of the output, and wait for the end.
	 */
	public String awaitEnd() throws IOException, InterruptedException {
		String rest = this.output.lines().collect(Collectors.joining("\n"));
		if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
			throw new AssertionError("the JVM closed its output but did not end: " + rest);
		}
		return rest;
	}

	public long pid() {
		return this.process.pid();
	}

	public void kill() {
		this.process.destroyForcibly();
	}

	@Override
	public void close() {
		kill();
	}

}
