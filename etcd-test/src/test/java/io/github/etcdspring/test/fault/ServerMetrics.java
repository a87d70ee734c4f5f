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
		return sum("etcd_debugging_mvcc_watcher_total ");
	}

	/**
	 * Return how many calls and streams of clients have not ended at the server. Its own
	 * watches, which its lock service waits with, do not count, and an etcd may keep such
	 * a watch for good after a client that waited has gone.
	 * @return the number, of all clients
	 */
	long callsInFlight() {
		return sum("grpc_server_started_total{") - sum("grpc_server_handled_total{");
	}

	private long sum(String beginning) {
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.server.endpoint() + "/metrics")).build();
		try {
			return http.send(request, HttpResponse.BodyHandlers.ofString())
				.body()
				.lines()
				.filter((line) -> line.startsWith(beginning))
				.mapToLong((line) -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
				.reduce(Long::sum)
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
