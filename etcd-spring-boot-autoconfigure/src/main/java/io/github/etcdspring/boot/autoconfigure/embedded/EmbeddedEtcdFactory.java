/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.embedded;

import java.util.function.Consumer;

import org.springframework.util.unit.DataSize;

import io.github.etcdspring.boot.autoconfigure.InvalidEtcdPropertyException;
import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.time.EtcdClock;

/**
 * Starts the server that the properties describe. What it refuses is reported under the
 * name of its property.
 */
final class EmbeddedEtcdFactory {

	private static final String PORT = "etcd.embedded.port";

	private final EmbeddedEtcdProperties properties;

	private final EtcdClock clock;

	EmbeddedEtcdFactory(EmbeddedEtcdProperties properties, EtcdClock clock) {
		this.properties = properties;
		this.clock = clock;
	}

	EmbeddedEtcd start() {
		EmbeddedEtcd.Builder builder = EmbeddedEtcd.builder().clock(this.clock);
		apply(PORT, this.properties.getPort(), builder::port);
		apply("etcd.embedded.quota", this.properties.getQuota(), (quota) -> builder.quotaBytes(quota.toBytes()));
		apply("etcd.embedded.max-request-size", this.properties.getMaxRequestSize(),
				(size) -> builder.maxRequestBytes(bytes(size)));
		apply("etcd.embedded.max-txn-ops", this.properties.getMaxTxnOps(), builder::maxTxnOps);
		return start(builder);
	}

	private EmbeddedEtcd start(EmbeddedEtcd.Builder builder) {
		int port = this.properties.getPort();
		try {
			return builder.start();
		}
		catch (IllegalStateException ex) {
			if (port == 0) {
				throw ex;
			}
			InvalidEtcdPropertyException invalid = new InvalidEtcdPropertyException(PORT, String.valueOf(port),
					"the embedded etcd cannot listen on it, probably because it is in use",
					"Stop what uses the port, set " + PORT
							+ " to another one, or remove it for any free one. If an etcd is there that the application"
							+ " should use, set etcd.endpoints.");
			invalid.initCause(ex);
			throw invalid;
		}
	}

	private static int bytes(DataSize size) {
		return (int) Math.max(-1, Math.min(size.toBytes(), Integer.MAX_VALUE));
	}

	private static <T> void apply(String property, T value, Consumer<T> setter) {
		try {
			setter.accept(value);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidEtcdPropertyException(property, String.valueOf(value), String.valueOf(ex.getMessage()),
					"Correct the value of " + property + ", or remove it to use its default.");
		}
	}

}
