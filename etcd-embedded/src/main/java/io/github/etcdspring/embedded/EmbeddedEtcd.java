/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.embedded.server.Connections;
import io.github.etcdspring.embedded.server.EtcdServer;
import io.github.etcdspring.embedded.server.Node;
import io.github.etcdspring.embedded.server.NodeOptions;
import io.github.etcdspring.embedded.time.EtcdClock;

/**
 * An etcd v3 server in this JVM, for development and tests: one member, in memory, on the
 * loopback interface, without TLS. It answers as etcd 3.5 does, but keeps nothing when it
 * is closed.
 *
 * <pre>
 * try (EmbeddedEtcd etcd = EmbeddedEtcd.start()) {
 *     connect(etcd.endpoint());
 * }
 * </pre>
 *
 * Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class EmbeddedEtcd implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(EmbeddedEtcd.class);

	private final EtcdServer server;

	private final EtcdClock clock;

	private final boolean ownClock;

	private final Faults faults;

	private EmbeddedEtcd(EtcdServer server, EtcdClock clock, boolean ownClock, Faults faults) {
		this.server = server;
		this.clock = clock;
		this.ownClock = ownClock;
		this.faults = faults;
	}

	/**
	 * Starts a server with the default settings on a free port.
	 * @return the server, ready for connections
	 */
	public static EmbeddedEtcd start() {
		return builder().start();
	}

	/**
	 * Returns a builder for a server with other settings.
	 * @return a new builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Returns where clients connect to.
	 * @return the endpoint, such as {@code http://127.0.0.1:40123}
	 */
	public String endpoint() {
		return "http://127.0.0.1:" + port();
	}

	/**
	 * Returns the port that the server listens on.
	 * @return the port
	 */
	public int port() {
		return this.server.port();
	}

	/**
	 * Returns the time that leases and tokens live by. Advancing it expires what is due
	 * before it returns.
	 * @return the clock
	 */
	public EtcdClock clock() {
		return this.clock;
	}

	/**
	 * Returns what makes the server misbehave.
	 * @return the faults of this server
	 */
	public Faults faults() {
		return this.faults;
	}

	/**
	 * Ends all calls and streams, frees the port and forgets everything. Does nothing the
	 * second time.
	 */
	@Override
	public void close() {
		this.server.close();
		if (this.ownClock) {
			this.clock.close();
		}
	}

	@Override
	public String toString() {
		return "EmbeddedEtcd[" + endpoint() + "]";
	}

	/**
	 * The settings of a server. Not safe for use by several threads.
	 *
	 * @since 0.1.0
	 */
	public static final class Builder {

		private static final int MAX_PORT = 65535;

		private static final int MAX_REQUEST_BYTES = 32 * 1024 * 1024;

		private int port;

		private long quotaBytes = 2L * 1024 * 1024 * 1024;

		private int maxRequestBytes = 1536 * 1024;

		private int maxTxnOps = 128;

		private Duration tokenTtl = Duration.ofMinutes(5);

		private @Nullable EtcdClock clock;

		private Builder() {
		}

		/**
		 * Sets the port to listen on.
		 * @param port 1 to 65535, or 0 (the default) for any free port
		 * @return this builder
		 * @throws IllegalArgumentException if the number is no port
		 */
		public Builder port(int port) {
			require(port >= 0 && port <= MAX_PORT, "port", port, "use 1 to 65535, or 0 for any free port");
			this.port = port;
			return this;
		}

		/**
		 * Sets the size of the content, old versions included, at which writes are
		 * refused with "database space exceeded" and the alarm is raised.
		 * @param quotaBytes the size in bytes, 2 GiB by default
		 * @return this builder
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder quotaBytes(long quotaBytes) {
			require(quotaBytes > 0, "quotaBytes", quotaBytes, "use a positive number of bytes");
			this.quotaBytes = quotaBytes;
			return this;
		}

		/**
		 * Sets the size of the largest request.
		 * @param maxRequestBytes the size in bytes, 1.5 MiB by default, at most 32 MiB
		 * @return this builder
		 * @throws IllegalArgumentException if it is not positive or above 32 MiB
		 */
		public Builder maxRequestBytes(int maxRequestBytes) {
			require(maxRequestBytes > 0 && maxRequestBytes <= MAX_REQUEST_BYTES, "maxRequestBytes", maxRequestBytes,
					"use 1 to " + MAX_REQUEST_BYTES + " bytes");
			this.maxRequestBytes = maxRequestBytes;
			return this;
		}

		/**
		 * Sets how many compares or operations one list of a transaction may have.
		 * @param maxTxnOps the number, 128 by default
		 * @return this builder
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder maxTxnOps(int maxTxnOps) {
			require(maxTxnOps > 0, "maxTxnOps", maxTxnOps, "use a positive number of operations");
			this.maxTxnOps = maxTxnOps;
			return this;
		}

		/**
		 * Sets how long a token is valid after its last use.
		 * @param tokenTtl the time, 300 seconds by default
		 * @return this builder
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder tokenTtl(Duration tokenTtl) {
			require(tokenTtl.compareTo(Duration.ZERO) > 0, "tokenTtl", tokenTtl, "use a positive duration");
			this.tokenTtl = tokenTtl;
			return this;
		}

		/**
		 * Sets the time that leases and tokens live by. The server does not close it.
		 * @param clock the clock; by default a {@linkplain EtcdClock#system() system
		 * clock} of the server's own
		 * @return this builder
		 */
		public Builder clock(EtcdClock clock) {
			this.clock = clock;
			return this;
		}

		/**
		 * Starts the server.
		 * @return the server, ready for connections
		 * @throws IllegalStateException if the port is in use
		 */
		public EmbeddedEtcd start() {
			boolean ownClock = this.clock == null;
			EtcdClock time = (this.clock != null) ? this.clock : EtcdClock.system();
			Node node = new Node(new NodeOptions(this.port, this.quotaBytes, this.maxRequestBytes, this.maxTxnOps,
					this.tokenTtl, time));
			Connections connections = new Connections();
			Faults faults = new Faults(node, connections);
			EtcdServer server;
			try {
				server = EtcdServer.start(node, connections, faults.interceptor());
			}
			catch (RuntimeException ex) {
				if (ownClock) {
					time.close();
				}
				throw ex;
			}
			EmbeddedEtcd etcd = new EmbeddedEtcd(server, time, ownClock, faults);
			logger.info("Embedded etcd serves on {}: in memory, for development and tests, not for production",
					etcd.endpoint());
			return etcd;
		}

		private static void require(boolean valid, String name, Object value, String fix) {
			if (!valid) {
				throw new IllegalArgumentException(name + " is " + value + ": " + fix);
			}
		}

	}

}
