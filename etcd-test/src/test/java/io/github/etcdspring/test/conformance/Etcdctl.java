/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.test.EtcdBinaries;
import io.github.etcdspring.test.EtcdBinary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The command line client of etcd itself, as found on the {@code PATH} or beside the
 * newest etcd. Each call is a process of its own that must end in time, or is killed.
 */
final class Etcdctl implements AutoCloseable {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final String NONE_FOUND = "No etcdctl found. Put one on the PATH; on Debian scripts/install-etcd"
			+ " installs one.";

	private static final Logger logger = LoggerFactory.getLogger(Etcdctl.class);

	private final List<Running> started = new ArrayList<>();

	private final List<String> global;

	private final Path folder;

	private Etcdctl(Path program, String endpoint, Path folder) {
		this(List.of(program.toString(), "--endpoints=" + endpoint), folder);
	}

	private Etcdctl(List<String> global, Path folder) {
		this.global = global;
		this.folder = folder;
	}

	/**
	 * Find the program. Without one the test is skipped, or fails if an etcd is required.
	 * @param endpoint the endpoint to talk to
	 * @param folder a folder for what the program says
	 * @return the program
	 */
	static Etcdctl find(String endpoint, Path folder) {
		return new Etcdctl(required(Found.PROGRAM, NONE_FOUND), endpoint, folder);
	}

	/**
	 * Find the program that lies beside the newest etcd. Without one the test is skipped,
	 * or fails if an etcd is required; it is skipped, too, if that is the one on the
	 * {@code PATH}.
	 * @param endpoint the endpoint to talk to
	 * @param folder a folder for what the program says
	 * @return the program
	 */
	static Etcdctl findNewest(String endpoint, Path folder) {
		List<EtcdBinary> etcds = EtcdBinaries.all();
		Path etcd = etcds.isEmpty() ? null : etcds.get(etcds.size() - 1).path();
		Path program = (etcd != null) ? etcd.resolveSibling("etcdctl") : null;
		boolean runs = program != null && Files.isExecutable(program);
		Path found = required(runs ? program : null, "There is no etcdctl beside the newest etcd, " + etcd);
		Assumptions.assumeFalse(found.equals(Found.PROGRAM), "The newest etcdctl is the one on the PATH");
		return new Etcdctl(found, endpoint, folder);
	}

	private static Path required(@Nullable Path program, String otherwise) {
		if (program == null) {
			assertThat(Boolean.getBoolean(EtcdBinaries.REQUIRED_PROPERTY))
				.as(otherwise + " (" + EtcdBinaries.REQUIRED_PROPERTY + " is true)")
				.isFalse();
			return Assumptions.abort(otherwise);
		}
		return program;
	}

	/**
	 * Return the same for a user.
	 * @param user the name of the user
	 * @param password the password
	 * @return calls as this user
	 */
	Etcdctl as(String user, String password) {
		List<String> all = new ArrayList<>(this.global);
		all.add("--user=" + user + ":" + password);
		return new Etcdctl(all, this.folder);
	}

	/**
	 * Call it, which must work.
	 * @param arguments the arguments
	 * @return what it wrote
	 */
	Said run(String... arguments) {
		return call(null, arguments);
	}

	/**
	 * Call it with an input, which must work.
	 * @param input the input
	 * @param arguments the arguments
	 * @return what it wrote
	 */
	Said runWith(byte[] input, String... arguments) {
		return call(input, arguments);
	}

	private Said call(byte @Nullable [] input, String... arguments) {
		try (Running running = start(input, arguments)) {
			assertThat(running.exit()).as(() -> running + " wrote: " + running.said()).isZero();
			return running.said();
		}
	}

	/**
	 * Call it, which must fail.
	 * @param arguments the arguments
	 * @return what it wrote
	 */
	String fail(String... arguments) {
		try (Running running = start(null, arguments)) {
			assertThat(running.exit()).as(() -> running + " wrote: " + running.said()).isNotZero();
			return running.said().toString();
		}
	}

	/**
	 * Call it, and leave it running.
	 * @param arguments the arguments
	 * @return the process, which ends with this object at the latest
	 */
	Running start(String... arguments) {
		Running running = start(null, arguments);
		this.started.add(running);
		return running;
	}

	private Running start(byte @Nullable [] input, String... arguments) {
		List<String> command = new ArrayList<>(this.global);
		command.addAll(List.of(arguments));
		try {
			Path files = Files.createTempDirectory(this.folder, "etcdctl-");
			ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(files.resolve("out").toFile())
				.redirectError(files.resolve("err").toFile());
			Path in = files.resolve("in");
			Files.write(in, (input != null) ? input : new byte[0]);
			builder.redirectInput(in.toFile());
			builder.environment().keySet().removeIf((name) -> name.startsWith("ETCDCTL_"));
			builder.environment().put("ETCDCTL_API", "3");
			return new Running("etcdctl " + String.join(" ", arguments), builder.start(), files);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.started.forEach(Running::close);
	}

	/**
	 * A process.
	 */
	static final class Running implements AutoCloseable {

		private final String name;

		private final Process process;

		private final Path files;

		private Running(String name, Process process, Path files) {
			this.name = name;
			this.process = process;
			this.files = files;
		}

		Said said() {
			try {
				return new Said(Files.readAllBytes(this.files.resolve("out")),
						Files.readString(this.files.resolve("err"), StandardCharsets.UTF_8));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		/**
		 * Wait until it has written something.
		 * @param text what to wait for
		 */
		void awaitText(String text) {
			await().atMost(LIMIT).untilAsserted(() -> assertThat(said().toString()).as(this.name).contains(text));
		}

		boolean isRunning() {
			return this.process.isAlive();
		}

		/** Ask it to end, as Ctrl-C does. */
		void stop() {
			this.process.destroy();
		}

		/**
		 * Wait for its end.
		 * @return the status
		 */
		int exit() {
			try {
				if (!this.process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
					throw new AssertionError(this + " did not end within " + LIMIT + ", and wrote: " + said());
				}
				return this.process.exitValue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public void close() {
			this.process.descendants().forEach(ProcessHandle::destroyForcibly);
			this.process.destroyForcibly();
			exit();
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

	/**
	 * What the program wrote.
	 *
	 * @param out to its standard output
	 * @param errors to its standard error
	 */
	record Said(byte[] out, String errors) {

		String text() {
			return new String(this.out, StandardCharsets.UTF_8);
		}

		List<String> lines() {
			return text().lines().toList();
		}

		/**
		 * Read the answer of the server.
		 * @param <M> the type of the answer
		 * @param parser its parser
		 * @return the answer, which {@code -w protobuf} writes
		 */
		<M> M as(Parser<M> parser) {
			try {
				return parser.parseFrom(this.out);
			}
			catch (InvalidProtocolBufferException ex) {
				throw new AssertionError("No answer: " + this, ex);
			}
		}

		/**
		 * Read a number of what {@code -w json} writes.
		 * @param name its name
		 * @return the number, as an unsigned one
		 */
		long number(String name) {
			Matcher matcher = Pattern.compile("\"" + name + "\":(\\d+)").matcher(text());
			assertThat(matcher.find()).as(() -> "'" + name + "' in " + this).isTrue();
			return Long.parseUnsignedLong(matcher.group(1));
		}

		@Override
		public String toString() {
			return text() + this.errors;
		}

	}

	private static final class Found {

		private static final @Nullable Path PROGRAM = search();

		private static @Nullable Path search() {
			String path = System.getenv("PATH");
			Path found = Stream.of((path != null) ? path.split(Pattern.quote(File.pathSeparator)) : new String[0])
				.filter((entry) -> !entry.isBlank())
				.map((entry) -> Path.of(entry, "etcdctl"))
				.filter(Files::isExecutable)
				.findFirst()
				.orElse(null);
			if (found == null && !Boolean.getBoolean(EtcdBinaries.REQUIRED_PROPERTY)) {
				logger.warn("{} ALL TESTS THAT COMPARE WITH IT ARE SKIPPED.", NONE_FOUND);
			}
			return found;
		}

	}

}
