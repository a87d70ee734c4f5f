/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.etcdspring.embedded.EmbeddedEtcd;

/**
 * A server of the kind that a class with {@link ForEachEtcd} runs on just then, for one
 * test and with limits of its own. A test gets the builder as a parameter, if it or its
 * class says {@code @ExtendWith(OwnEtcdExtension.class)}.
 */
public final class OwnEtcd implements AutoCloseable {

	private final String endpoint;

	private final Runnable end;

	private OwnEtcd(String endpoint, Runnable end) {
		this.endpoint = endpoint;
		this.end = end;
	}

	public String endpoint() {
		return this.endpoint;
	}

	@Override
	public void close() {
		this.end.run();
	}

	/**
	 * Describes the server, once for the program and once for the embedded one.
	 */
	public static final class Builder {

		private final ChosenEtcd chosen;

		private final EmbeddedEtcd.Builder embedded = EmbeddedEtcd.builder();

		private final List<String> arguments = new ArrayList<>();

		Builder(ChosenEtcd chosen) {
			this.chosen = chosen;
		}

		/**
		 * Return the version that the server has to report.
		 * @return the version
		 */
		public EtcdVersion version() {
			return this.chosen.version();
		}

		public Builder maxRequestBytes(int bytes) {
			this.embedded.maxRequestBytes(bytes);
			this.arguments.add("--max-request-bytes=" + bytes);
			return this;
		}

		public Builder quotaBytes(long bytes) {
			this.embedded.quotaBytes(bytes);
			this.arguments.add("--quota-backend-bytes=" + bytes);
			return this;
		}

		/**
		 * Set how long a token lives that is not used.
		 * @param ttl whole seconds
		 * @return this builder
		 */
		public Builder tokenTtl(Duration ttl) {
			this.embedded.tokenTtl(ttl);
			this.arguments.add("--auth-token-ttl=" + ttl.toSeconds());
			return this;
		}

		/**
		 * Let tokens be JSON web tokens, which live so long, used or not. The embedded
		 * server has none: its tokens live so long if they are not used.
		 * @param keys where to put the keys
		 * @param ttl whole seconds
		 * @return this builder
		 * @throws IOException if the keys cannot be written
		 */
		public Builder webTokens(Path keys, Duration ttl) throws IOException {
			this.embedded.tokenTtl(ttl);
			this.arguments.add(WebTokenKeys.argument(keys, (int) ttl.toSeconds()));
			return this;
		}

		public OwnEtcd start() {
			if (this.chosen.program() == null) {
				EmbeddedEtcd etcd = this.embedded.start();
				return new OwnEtcd(etcd.endpoint(), etcd::close);
			}
			EtcdServer server = EtcdServer.builder()
				.binary(this.chosen.program())
				.arguments(this.arguments.toArray(String[]::new))
				.start();
			return new OwnEtcd(server.endpoint(), server::close);
		}

	}

}
