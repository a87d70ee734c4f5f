/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchIterator;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@link WatchManyConformance} on real servers, and what they say about the watches they
 * have.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class WatchManyConformanceTests extends WatchManyConformance {

	private static final HttpClient http = HttpClient.newHttpClient();

	private static long metric(EtcdServer server, String name) {
		try {
			String metrics = http
				.send(HttpRequest.newBuilder(URI.create(server.endpoint() + "/metrics")).build(),
						HttpResponse.BodyHandlers.ofString())
				.body();
			return metrics.lines()
				.filter((line) -> line.startsWith(name + " "))
				.mapToLong((line) -> (long) Double.parseDouble(line.substring(name.length() + 1)))
				.findFirst()
				.orElseThrow();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void awaitWatches(EtcdServer server, long watches, long streams) {
		await().untilAsserted(() -> {
			assertThat(metric(server, "etcd_debugging_mvcc_watcher_total")).as("watches").isEqualTo(watches);
			assertThat(metric(server, "etcd_debugging_mvcc_watch_stream_total")).as("streams").isEqualTo(streams);
		});
	}

	@Test
	void serverHasOneStreamAndOnlyTheWatchesThatAreOpen(EtcdServer server) {
		awaitWatches(server, 0, 0);
		List<Watch> watches = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			watches.add(this.etcd.watch(ownKeys()).open(new RecordingListener()));
		}
		watches.forEach((watch) -> watch.ready().join());
		awaitWatches(server, 100, 1);
		watches.subList(1, 100).forEach(Watch::close);
		awaitWatches(server, 1, 1);
		watches.get(0).close();
		awaitWatches(server, 0, 0);
	}

	@Test
	void watchesThatAreClosedAtOnceLeaveNothingBehind(EtcdServer server) {
		try (Watch stays = this.etcd.watch(ownKeys()).open(new RecordingListener())) {
			stays.ready().join();
			for (int i = 0; i < 500; i++) {
				this.etcd.watch(ownKeys()).open(new RecordingListener()).close();
			}
			awaitWatches(server, 1, 1);
		}
		awaitWatches(server, 0, 0);
	}

	@Test
	void watchesWithAStreamOfTheirOwnLeaveNothingBehind(EtcdServer server) {
		Watch progress = this.etcd.watch(ownKeys()).progress().open(new RecordingListener());
		WatchIterator changes = this.etcd.watch(ownKeys()).iterate();
		progress.ready().join();
		changes.ready().join();
		awaitWatches(server, 2, 2);
		progress.close();
		changes.close();
		awaitWatches(server, 0, 0);
	}

	@Test
	void refusedCompactedAndOverflowedWatchesLeaveNothingBehind(EtcdServer server) {
		put("a", "1");
		this.kv.compact(put("a", "2")).sync();
		RecordingListener compacted = new RecordingListener();
		RecordingListener tooLarge = new RecordingListener();
		try (Watch stays = this.etcd.watch(ownKeys()).open(new RecordingListener());
				Watch overflowing = this.etcd.watch(ownKeys()).bufferBytes(1024).open(new RecordingListener())) {
			this.etcd.watch(ownKeys()).fromRevision(1).open(compacted);
			assertThat(compacted.closed()).succeedsWithin(SOON);
			this.etcd.watch(ownKeys()).maxBatchBytes(2000).open(tooLarge).ready().join();
			stays.ready().join();
			overflowing.ready().join();
			long last = 0;
			for (int i = 0; i < 20; i++) {
				last = put("a", "x".repeat(5000));
			}
			assertThat(tooLarge.closed()).succeedsWithin(SOON);
			long end = last;
			await().until(() -> overflowing.nextRevision() > end && stays.nextRevision() > end);
			await().untilAsserted(() -> assertThat(metric(server, "etcd_debugging_mvcc_watcher_total")).isEqualTo(2));
		}
		awaitWatches(server, 0, 0);
	}

	@Test
	void closedClientLeavesNothingBehind(EtcdServer server) {
		for (int round = 0; round < 20; round++) {
			try (EtcdClient client = newClient().build()) {
				for (int i = 0; i < 20; i++) {
					client.watch(ownKeys()).open(new RecordingListener());
				}
				client.watch(ownKeys()).open(new RecordingListener()).ready().join();
			}
		}
		awaitWatches(server, 0, 0);
	}

}
