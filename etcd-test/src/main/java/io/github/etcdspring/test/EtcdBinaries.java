/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The etcd programs on this machine: {@code etcd} on the {@code PATH}, and each program
 * named in the environment variable {@code ETCD_BINARIES}, whose entries are separated as
 * those of {@code PATH} are. Of several programs with the same version the first counts.
 * <p>
 * The search is made once per JVM. It logs one warning if it finds none; with the system
 * property {@code etcd.required} set to {@code true} finding none is an error, and so is
 * an entry of {@code ETCD_BINARIES} that does not run.
 *
 * @since 0.1.0
 */
public final class EtcdBinaries {

	/**
	 * The system property that makes a missing etcd an error: {@value}.
	 */
	public static final String REQUIRED_PROPERTY = "etcd.required";

	/**
	 * The environment variable that names further programs: {@value}.
	 */
	public static final String ENVIRONMENT_VARIABLE = "ETCD_BINARIES";

	static final String NONE_FOUND = "No etcd found. Put one on the PATH or name it in " + ENVIRONMENT_VARIABLE
			+ "; on Debian scripts/install-etcd installs one.";

	private static final Logger logger = LoggerFactory.getLogger(EtcdBinaries.class);

	private EtcdBinaries() {
	}

	/**
	 * Return all programs, the oldest version first.
	 * @return the programs, one per version; empty if there is none
	 * @throws IllegalStateException if etcd is required and there is none, or an entry of
	 * {@code ETCD_BINARIES} does not run
	 */
	public static List<EtcdBinary> all() {
		return Found.RESULT.get();
	}

	/**
	 * Return the program with the newest version.
	 * @return the program
	 * @throws IllegalStateException if there is none
	 */
	public static EtcdBinary newest() {
		List<EtcdBinary> all = all();
		if (all.isEmpty()) {
			throw new IllegalStateException(NONE_FOUND);
		}
		return all.get(all.size() - 1);
	}

	static Result search(@Nullable String path, @Nullable String binaries, boolean required) {
		NavigableMap<EtcdVersion, EtcdBinary> found = new TreeMap<>();
		Path onPath = onPath(path);
		if (onPath != null) {
			add(found, onPath.toString());
		}
		List<String> broken = new ArrayList<>();
		for (String entry : entries(binaries)) {
			String problem = add(found, entry);
			if (problem != null) {
				broken.add(problem);
			}
		}
		if (required && !broken.isEmpty()) {
			return new Result(List.of(), "An entry of " + ENVIRONMENT_VARIABLE + " is of no use: " + broken);
		}
		if (found.isEmpty()) {
			if (required) {
				return new Result(List.of(), NONE_FOUND + " (" + REQUIRED_PROPERTY + " is true)");
			}
			logger.warn("{} ALL TESTS THAT NEED A REAL ETCD ARE SKIPPED: ONLY THE EMBEDDED SERVER IS TESTED.",
					NONE_FOUND);
		}
		return new Result(List.copyOf(found.values()), null);
	}

	private static @Nullable Path onPath(@Nullable String path) {
		return entries(path).stream()
			.map((entry) -> Path.of(entry, "etcd"))
			.filter((file) -> Files.isRegularFile(file) && Files.isExecutable(file))
			.findFirst()
			.orElse(null);
	}

	private static List<String> entries(@Nullable String paths) {
		if (paths == null) {
			return List.of();
		}
		return Pattern.compile(Pattern.quote(File.pathSeparator))
			.splitAsStream(paths)
			.filter((entry) -> !entry.isBlank())
			.toList();
	}

	private static @Nullable String add(NavigableMap<EtcdVersion, EtcdBinary> found, String path) {
		try {
			EtcdBinary binary = EtcdBinary.of(Path.of(path));
			found.putIfAbsent(binary.version(), binary);
			return null;
		}
		catch (IllegalArgumentException ex) {
			logger.warn("Not used: {}", ex.getMessage());
			return ex.getMessage();
		}
	}

	record Result(List<EtcdBinary> binaries, @Nullable String failure) {

		List<EtcdBinary> get() {
			if (this.failure != null) {
				throw new IllegalStateException(this.failure);
			}
			return this.binaries;
		}

	}

	private static final class Found {

		private static final Result RESULT = search(System.getenv("PATH"), System.getenv(ENVIRONMENT_VARIABLE),
				Boolean.getBoolean(REQUIRED_PROPERTY));

	}

}
