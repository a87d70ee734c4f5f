/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.TcpRelay;
import io.github.etcdspring.client.transport.TestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Many watches whose connection breaks just when they are closed.
 */
class WatchStressTests extends ScriptedWatchTests {

	private void acceptAll() {
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			for (int i = 1;; i++) {
				io.github.etcdspring.proto.WatchRequest request = WatchAnswers.request(stream, i);
				if (request.hasCreateRequest()) {
					stream.reply(WatchAnswers.created(request.getCreateRequest().getWatchId(), 100));
				}
			}
		});
	}

	@Test
	void clientMayBeClosedWhileThousandsOfWatchesAreResumed() {
		acceptAll();
		try (TcpRelay relay = new TcpRelay(this.server.port())) {
			for (int round = 0; round < 3; round++) {
				Watches watches = watches(TestClient.of(relay.endpoint()));
				List<Told> told = new ArrayList<>();
				List<Watch> opened = new ArrayList<>();
				for (int i = 0; i < 2000; i++) {
					told.add(new Told());
					opened.add(watches.watch(KeyRange.key("k" + i)).fromRevision(5).maxRetries(-1).open(told.get(i)));
				}
				opened.forEach((watch) -> watch.ready().join());
				relay.cut();
				if (round > 0) {
					await().pollInterval(Duration.ofMillis(1)).until(() -> told.get(0).all().size() >= 1);
				}
				closeClients();
				await().until(() -> told.stream().allMatch(WatchStressTests::isOver));
				assertThat(told).allSatisfy((each) -> {
					assertThat(each.all()).last().isEqualTo("closed at 5: CLOSED");
					assertThat(each.all()).filteredOn((text) -> text.startsWith("closed")).hasSize(1);
				});
			}
		}
	}

	@Test
	void watchesMayBeClosedWhileTheirConnectionBreaks() throws Exception {
		acceptAll();
		try (TcpRelay relay = new TcpRelay(this.server.port())) {
			Watches watches = watches(TestClient.of(relay.endpoint()));
			Told kept = new Told();
			watches.watch(KeyRange.key("kept")).fromRevision(5).maxRetries(-1).open(kept);
			for (int round = 0; round < 3; round++) {
				List<Told> told = new ArrayList<>();
				List<Watch> opened = new ArrayList<>();
				for (int i = 0; i < 100; i++) {
					told.add(new Told());
					opened.add(watches.watch(KeyRange.key("k" + i)).fromRevision(5).maxRetries(-1).open(told.get(i)));
				}
				opened.forEach((watch) -> watch.ready().join());
				CountDownLatch go = new CountDownLatch(1);
				List<CompletableFuture<Void>> closing = new ArrayList<>();
				for (Watch watch : opened) {
					CompletableFuture<Void> closed = new CompletableFuture<>();
					closing.add(closed);
					new Thread(() -> {
						awaitLatch(go);
						watch.close();
						closed.complete(null);
					}).start();
				}
				go.countDown();
				relay.cut();
				for (CompletableFuture<Void> each : closing) {
					each.get(5, TimeUnit.SECONDS);
				}
				await().until(() -> told.stream().allMatch(WatchStressTests::isOver));
				assertThat(told)
					.allSatisfy((each) -> assertThat(each.all()).filteredOn((text) -> text.startsWith("closed"))
						.containsExactly("closed at 5"));
			}
			await().untilAsserted(() -> assertThat(kept.all()).last().isEqualTo("resumed"));
			// On the server only the one that was kept is left.
			await().untilAsserted(() -> assertThat(
					this.server.streams(ScriptedServer.WATCH).stream().filter((stream) -> !stream.cancelled().isDone()))
				.hasSize(1));
		}
	}

	private static boolean isOver(Told told) {
		List<String> all = told.all();
		return !all.isEmpty() && all.get(all.size() - 1).startsWith("closed");
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
