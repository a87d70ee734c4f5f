/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import io.github.etcdspring.test.EtcdServer;

/**
 * What a server says about itself.
 *
 * @param server the server
 */
record ServerMetrics(EtcdServer server) {

	private static final HttpClient http = HttpClient.newHttpClient();

	/**
	 * Return how many watches the server has.
	 * @return the number, of all clients
	 */
	long watches() {
		return value("etcd_debugging_mvcc_watcher_total");
	}

	/**
	 * Return how many streams of watches the server has.
	 * @return the number, of all clients
	 */
	long watchStreams() {
		return value("etcd_debugging_mvcc_watch_stream_total");
	}

	private long value(String name) {
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.server.endpoint() + "/metrics")).build();
		try {
			return http.send(request, HttpResponse.BodyHandlers.ofString())
				.body()
				.lines()
				.filter((line) -> line.startsWith(name + " "))
				.mapToLong((line) -> (long) Double.parseDouble(line.substring(name.length() + 1)))
				.findFirst()
				.orElseThrow();
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError(ex);
		}
	}

}
