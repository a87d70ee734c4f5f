/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A running etcd that does not outlive this JVM, however the JVM ends.
 * <p>
 * Its parent is a shell. A second shell reads names of signals from a pipe that this JVM
 * holds, sends them to etcd and says so; when the pipe ends, because the JVM is gone, it
 * kills etcd, frozen or not, and the parent deletes the folder. The parent waits for etcd
 * and for the second shell, so that nothing remains of the three.
 */
final class EtcdProcess {

	// The traps come after the start of etcd, which would inherit them.
	private static final String SCRIPT = """
			directory=$1 log=$2
			shift 2
			exec 3<&0
			"$@" 3<&- </dev/null >>"$log" 2>&1 &
			etcd=$!
			trap '' HUP INT PIPE TERM
			(
				while read -r signal; do
					kill -s "$signal" "$etcd"
					echo "$signal"
				done
				: >"$directory/orphaned"
				kill -s KILL "$etcd"
			) <&3 2>/dev/null &
			signals=$!
			echo "$etcd"
			wait "$etcd"
			status=$?
			kill -s KILL "$signals"
			wait "$signals" 2>/dev/null
			[ ! -e "$directory/orphaned" ] || rm -rf "$directory"
			exit "$status"
			""";

	private static final Duration STOP_TO_TAKE_EFFECT = Duration.ofSeconds(5);

	private static final Set<String> PROXY_SETTINGS = Set.of("HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy",
			"REQUEST_METHOD");

	private final Process shell;

	private final OutputStream signals;

	private final BufferedReader answers;

	private final long pid;

	private EtcdProcess(Process shell) throws IOException {
		this.shell = shell;
		this.signals = shell.getOutputStream();
		this.answers = shell.inputReader(StandardCharsets.US_ASCII);
		String line = this.answers.readLine();
		if (line == null) {
			throw new IOException("the shell that starts etcd ended");
		}
		this.pid = Long.parseLong(line);
	}

	/**
	 * Start etcd.
	 * @param directory a folder to delete if this JVM dies before etcd does
	 * @param log the file to add etcd's output to
	 * @param command etcd and its arguments
	 * @param environment what etcd gets besides the environment of this JVM
	 * @return the process
	 */
	static EtcdProcess start(Path directory, Path log, List<String> command, Map<String, String> environment) {
		List<String> full = new ArrayList<>(
				List.of("/bin/sh", "-c", SCRIPT, "etcd", directory.toString(), log.toString()));
		full.addAll(command);
		ProcessBuilder builder = new ProcessBuilder(full).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
		// etcd takes settings from its environment too; on some processors it starts with
		// this one only.
		builder.environment()
			.keySet()
			.removeIf((name) -> name.startsWith("ETCD_") && !name.equals("ETCD_UNSUPPORTED_ARCH"));
		// A proxy that is to be used is not to be overruled.
		builder.environment().keySet().removeAll(PROXY_SETTINGS);
		builder.environment().putAll(environment);
		try {
			return new EtcdProcess(builder.start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("cannot start " + command.get(0), ex);
		}
	}

	long pid() {
		return this.pid;
	}

	boolean isAlive() {
		return this.shell.isAlive();
	}

	/**
	 * Wait for the end. An interrupt does not end the wait; it is kept for later.
	 * @param timeout for how long to wait
	 * @return {@code false} if the time is up
	 */
	boolean waitFor(Duration timeout) {
		long begin = System.nanoTime();
		boolean interrupted = false;
		try {
			while (true) {
				try {
					long left = timeout.toNanos() - (System.nanoTime() - begin);
					return this.shell.waitFor(left, TimeUnit.NANOSECONDS);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	void terminate() {
		signal("TERM");
	}

	void kill() {
		signal("KILL");
	}

	void thaw() {
		signal("CONT");
	}

	/**
	 * Stop all threads of etcd; they have stopped when this returns, where the system
	 * tells.
	 */
	void freeze() {
		signal("STOP");
		if (!Polling.until(STOP_TO_TAKE_EFFECT, () -> !isAlive() || isStopped())) {
			throw new IllegalStateException("etcd did not stop within " + STOP_TO_TAKE_EFFECT);
		}
	}

	private void signal(String name) {
		try {
			this.signals.write((name + "\n").getBytes(StandardCharsets.US_ASCII));
			this.signals.flush();
			this.answers.readLine();
		}
		catch (IOException ex) {
			// The pipe is broken: etcd has ended, as after a signal too late.
		}
	}

	private boolean isStopped() {
		Path threads = Path.of("/proc", Long.toString(this.pid), "task");
		if (!Files.isDirectory(threads)) {
			return true;
		}
		try (Stream<Path> all = Files.list(threads)) {
			return all.allMatch(EtcdProcess::isThreadStopped);
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static boolean isThreadStopped(Path thread) {
		try {
			String stat = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
			return stat.startsWith("T", stat.lastIndexOf(')') + 2);
		}
		catch (IOException ex) {
			// The thread has ended meanwhile.
			return true;
		}
	}

}
