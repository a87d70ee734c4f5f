/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A real etcd server in a process of its own, on free ports of the loopback interface,
 * with a temporary data folder.
 * <p>
 * It can be stopped, killed, frozen and started again with its ports and data. Its
 * process ends with this JVM, even if the JVM is killed. A POSIX shell is needed at
 * {@code /bin/sh}.
 * <p>
 * Instances may be used by several threads; a change of state waits for the one before.
 *
 * @since 0.1.0
 */
public final class EtcdServer implements AutoCloseable {

	private static final String PORT_TAKEN = "address already in use";

	// A server with open streams takes 7 s to stop.
	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

	private static final Duration KILL_TIMEOUT = Duration.ofSeconds(15);

	private static final Duration PAUSE_FOR_PORT = Duration.ofMillis(200);

	private final EtcdBinary binary;

	private final String name;

	private final Path directory;

	private final Ports ports;

	private final @Nullable TlsListener tls;

	private final List<String> command;

	private final Map<String, String> environment;

	private final Duration startTimeout;

	private final ServerLog log;

	private @Nullable EtcdProcess process;

	private boolean closed;

	EtcdServer(EtcdBinary binary, String name, Path directory, Ports ports, @Nullable TlsListener tls,
			List<String> command, Map<String, String> environment, Duration startTimeout) {
		this.binary = binary;
		this.name = name;
		this.directory = directory;
		this.ports = ports;
		this.tls = tls;
		this.command = command;
		this.environment = environment;
		this.startTimeout = startTimeout;
		this.log = new ServerLog(directory.resolve("etcd.log"));
	}

	/**
	 * Begin to describe a server.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Return where clients connect.
	 * @return a URL such as {@code http://127.0.0.1:20001}; the same after a restart
	 */
	public String endpoint() {
		return this.ports.clientUrl();
	}

	/**
	 * Return where clients that use TLS connect.
	 * @return a URL such as {@code https://127.0.0.1:20003}; the same after a restart
	 * @throws IllegalStateException if the server was started without
	 * {@link Builder#tls(Path, Path)}
	 */
	public String tlsEndpoint() {
		if (this.tls == null) {
			throw new IllegalStateException(
					this + " has no certificate: give it one with EtcdServer.builder().tls(...)");
		}
		return this.tls.url();
	}

	/**
	 * Return the version of the server.
	 * @return the version
	 */
	public EtcdVersion version() {
		return this.binary.version();
	}

	/**
	 * Return what the server has logged since it was first started.
	 * @return the text; empty once the server is closed
	 */
	public String log() {
		return this.log.text();
	}

	/**
	 * Return the id of the process.
	 * @return the process id
	 * @throws IllegalStateException if the server does not run
	 */
	public synchronized long pid() {
		return running().pid();
	}

	/**
	 * Return whether the process is there. A frozen one is.
	 * @return {@code true} if the process is there
	 */
	public synchronized boolean isRunning() {
		return this.process != null && this.process.isAlive();
	}

	/**
	 * Start the server again, with its ports and data, and wait until it serves. If it
	 * runs, only wait. The member of a cluster serves only with a majority: to start
	 * several see {@link EtcdCluster#start()}.
	 * @throws IllegalStateException if the server is closed, ends, or does not serve in
	 * time; the message has the end of its log
	 */
	public synchronized void start() {
		long begin = System.nanoTime();
		while (true) {
			launch();
			try {
				awaitServing();
				return;
			}
			catch (PortTakenException ex) {
				// Others know the server by its ports: wait until they are free again.
				if (System.nanoTime() - begin > this.startTimeout.toNanos()) {
					throw ex;
				}
				Polling.pause(PAUSE_FOR_PORT);
			}
		}
	}

	/**
	 * Start the process, with its ports and data, without waiting for it to serve.
	 * Nothing happens if it runs. This is for a member of a cluster that has no majority,
	 * or that is {@linkplain EtcdCluster#partition(int...) cut off} from it; such a
	 * member does not even listen for clients. Otherwise use {@link #start()}, which also
	 * waits for ports that are taken.
	 * @throws IllegalStateException if the server is closed
	 */
	public synchronized void launch() {
		if (this.closed) {
			throw new IllegalStateException(this + " is closed and its data is gone: make a new one");
		}
		if (!isRunning()) {
			this.log.beginRun();
			this.process = EtcdProcess.start(this.directory, this.log.file(), this.command, this.environment);
		}
	}

	/**
	 * Stop the server as {@link #stop()} does and start it as {@link #start()} does.
	 * @throws IllegalStateException as {@link #start()} does
	 */
	public synchronized void restart() {
		stop();
		start();
	}

	/**
	 * Ask the server to end (SIGTERM) and wait; after 15 seconds it is killed. A frozen
	 * server is thawed. Nothing happens if it does not run. In the first moment of its
	 * service etcd does not handle the signal yet: it ends at once, as if killed.
	 */
	public synchronized void stop() {
		EtcdProcess process = this.process;
		if (process == null) {
			return;
		}
		process.terminate();
		process.thaw();
		if (!process.waitFor(STOP_TIMEOUT)) {
			kill();
		}
	}

	/**
	 * Kill the server (SIGKILL), frozen or not, and wait until the process is gone.
	 * Nothing happens if it does not run.
	 */
	public synchronized void kill() {
		EtcdProcess process = this.process;
		if (process == null) {
			return;
		}
		process.kill();
		if (!process.waitFor(KILL_TIMEOUT)) {
			throw new IllegalStateException(
					this + " (process " + process.pid() + ") is still there " + KILL_TIMEOUT + " after SIGKILL");
		}
	}

	/**
	 * Freeze the server (SIGSTOP): its connections stay open, and nothing answers.
	 * @throws IllegalStateException if the server does not run
	 */
	public synchronized void freeze() {
		running().freeze();
	}

	/**
	 * Let a frozen server go on (SIGCONT). Nothing happens to one that is not frozen.
	 */
	public synchronized void thaw() {
		if (this.process != null) {
			this.process.thaw();
		}
	}

	/**
	 * Kill the server and delete its data. It cannot be started again.
	 */
	@Override
	public synchronized void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		kill();
		this.ports.release();
		if (this.tls != null) {
			Ports.release(this.tls.port());
		}
		TemporaryFiles.delete(this.directory);
	}

	@Override
	public String toString() {
		return "etcd " + version() + " at " + endpoint();
	}

	Path directory() {
		return this.directory;
	}

	/**
	 * Return what the server says of its cluster.
	 * @return its view, or {@code null} if it does not answer
	 */
	@Nullable RaftView raftView() {
		return RaftView.of(this.ports);
	}

	/**
	 * Wait until the launched process serves.
	 * @throws PortTakenException if the process ended because it could not listen
	 */
	synchronized void awaitServing() {
		EtcdProcess process = Objects.requireNonNull(this.process, "launch comes first");
		boolean decided = Polling.until(this.startTimeout,
				() -> ServingProbe.serves(this.ports, this.name) || !process.isAlive());
		if (decided && process.isAlive()) {
			return;
		}
		if (!decided) {
			throw new IllegalStateException(failure("did not serve within " + this.startTimeout.toMillis() + " ms"));
		}
		if (this.log.textOfRun().contains(PORT_TAKEN)) {
			throw new PortTakenException(failure("could not listen"));
		}
		throw new IllegalStateException(failure("ended before it served"));
	}

	private String failure(String problem) {
		return this + " " + problem + ".\nCommand: " + String.join(" ", this.command) + "\nEnd of the log:\n"
				+ this.log.tailOfRun();
	}

	private EtcdProcess running() {
		EtcdProcess process = this.process;
		if (process == null || !process.isAlive()) {
			throw new IllegalStateException(this + " does not run: start it first");
		}
		return process;
	}

	/**
	 * Describes a server to start. The builder may be used again.
	 */
	public static final class Builder {

		private static final Duration DEFAULT_START_TIMEOUT = Duration.ofSeconds(60);

		private final List<String> arguments = new ArrayList<>();

		private @Nullable EtcdBinary binary;

		private Duration startTimeout = DEFAULT_START_TIMEOUT;

		private Supplier<Ports> ports = Ports::free;

		private @Nullable Path data;

		private @Nullable Path certificate;

		private @Nullable Path key;

		private @Nullable Path clientAuthority;

		Builder() {
		}

		/**
		 * Choose the program. The default is the newest of {@link EtcdBinaries}.
		 * @param binary the program
		 * @return this builder
		 */
		public Builder binary(EtcdBinary binary) {
			this.binary = binary;
			return this;
		}

		/**
		 * Add arguments for etcd. The default is none.
		 * @param arguments arguments such as {@code --quota-backend-bytes=16777216}; they
		 * must not change name, addresses, folders or logs
		 * @return this builder
		 */
		public Builder arguments(String... arguments) {
			this.arguments.addAll(List.of(arguments));
			return this;
		}

		/**
		 * Begin with the data of another server instead of none, such as a snapshot that
		 * was restored. The server works on a copy.
		 * @param folder the data folder of a cluster with one member, which does not run
		 * @return this builder
		 * @throws IllegalArgumentException if there is no data in the folder
		 */
		public Builder data(Path folder) {
			if (!Files.isDirectory(folder.resolve("member"))) {
				throw new IllegalArgumentException(
						"data is " + folder + ", which has no folder 'member': give the data folder of an etcd");
			}
			this.data = folder;
			return this;
		}

		/**
		 * Listen for clients with TLS too, at {@link EtcdServer#tlsEndpoint()}. The
		 * server reads the files for each connection, so they can be replaced while it
		 * runs.
		 * @param certificate the certificate, followed by its issuers, in PEM
		 * @param key its key, in PEM and not encrypted
		 * @return this builder
		 */
		public Builder tls(Path certificate, Path key) {
			this.certificate = certificate;
			this.key = key;
			return this;
		}

		/**
		 * Let clients that use TLS need a certificate. The server reads the file when it
		 * starts. Only with {@link #tls(Path, Path)}.
		 * @param authority the certificates of the authorities that may have issued it,
		 * in PEM
		 * @return this builder
		 */
		public Builder clientAuthority(Path authority) {
			this.clientAuthority = authority;
			return this;
		}

		/**
		 * Set how long a start may take. The default is 60 seconds.
		 * @param timeout a positive time
		 * @return this builder
		 * @throws IllegalArgumentException if the time is not positive
		 */
		public Builder startTimeout(Duration timeout) {
			if (timeout.isNegative() || timeout.isZero()) {
				throw new IllegalArgumentException("startTimeout is " + timeout + ": give a positive time");
			}
			this.startTimeout = timeout;
			return this;
		}

		/**
		 * Start a server and wait until it serves.
		 * @return the running server
		 * @throws IllegalArgumentException if there is a client authority without TLS
		 * @throws IllegalStateException if there is no etcd, or the server ends or does
		 * not serve in time; the message has the end of its log
		 */
		public EtcdServer start() {
			if (this.clientAuthority != null && this.certificate == null) {
				throw new IllegalArgumentException("clientAuthority is " + this.clientAuthority
						+ ", but clients have no TLS: give tls(certificate, key), too");
			}
			return Bootstrap.start(this, 1, false).members().get(0);
		}

		Builder ports(Supplier<Ports> ports) {
			this.ports = ports;
			return this;
		}

		EtcdBinary binary() {
			return (this.binary != null) ? this.binary : EtcdBinaries.newest();
		}

		List<String> arguments() {
			return this.arguments;
		}

		@Nullable Path data() {
			return this.data;
		}

		@Nullable TlsListener newTlsListener() {
			return (this.certificate != null && this.key != null)
					? new TlsListener(Ports.freePort(), this.certificate, this.key, this.clientAuthority) : null;
		}

		Duration startTimeout() {
			return this.startTimeout;
		}

		Ports newPorts() {
			return this.ports.get();
		}

	}

}
