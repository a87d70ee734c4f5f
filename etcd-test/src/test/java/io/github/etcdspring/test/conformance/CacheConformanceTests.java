/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.cache.Cache;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@link CacheConformance} on real servers.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class CacheConformanceTests extends CacheConformance {

	@Test
	void closedCacheHasNoWatcherAtTheServer(EtcdServer server) {
		int before = watchers(server);
		Cache cache = open();
		await().untilAsserted(() -> assertThat(watchers(server)).isEqualTo(before + 1));
		cache.close();
		await().untilAsserted(() -> assertThat(watchers(server)).isEqualTo(before));
	}

	private static int watchers(EtcdServer server) {
		HttpRequest request = HttpRequest.newBuilder(URI.create(server.endpoint() + "/metrics")).build();
		try {
			String metrics = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
			Optional<String> line = metrics.lines()
				.filter((each) -> each.startsWith("etcd_debugging_mvcc_watcher_total "))
				.findFirst();
			return (int) Double.parseDouble(line.orElseThrow().split(" ")[1]);
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
