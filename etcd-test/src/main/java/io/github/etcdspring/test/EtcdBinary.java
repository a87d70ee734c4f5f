/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An etcd program on this machine.
 *
 * @param path the absolute path of the program
 * @param version the version that it reports
 * @since 0.1.0
 */
public record EtcdBinary(Path path, EtcdVersion version) {

	private static final Pattern VERSION = Pattern.compile("^etcd Version: (\\S+)", Pattern.MULTILINE);

	private static final int SECONDS_TO_ANSWER = 20;

	/**
	 * Run the program with {@code --version}.
	 * @param path where the program is
	 * @return the program
	 * @throws IllegalArgumentException if there is no program, or it is not an etcd that
	 * runs on this machine
	 */
	public static EtcdBinary of(Path path) {
		if (!Files.isRegularFile(path) || !Files.isExecutable(path)) {
			throw new IllegalArgumentException("no program at '" + path + "': name an etcd that this user may run");
		}
		String output = versionOutput(path);
		Matcher matcher = VERSION.matcher(output);
		if (!matcher.find()) {
			throw new IllegalArgumentException("'" + path + "' is not an etcd that runs on this machine: '" + path
					+ " --version' says '" + output.strip() + "'");
		}
		return new EtcdBinary(path.toAbsolutePath(), EtcdVersion.parse(matcher.group(1)));
	}

	private static String versionOutput(Path path) {
		Path output = null;
		try {
			// Through a file, because a read from a program that hangs would hang too.
			output = Files.createTempFile("etcd-version-", ".txt");
			Process process = new ProcessBuilder(path.toString(), "--version").redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			if (!process.waitFor(SECONDS_TO_ANSWER, TimeUnit.SECONDS)) {
				process.destroyForcibly();
				return "nothing within " + SECONDS_TO_ANSWER + " s";
			}
			return Files.readString(output, StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			return String.valueOf(ex.getMessage());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted while asking '" + path + "' for its version", ex);
		}
		finally {
			TemporaryFiles.delete(output);
		}
	}

}
