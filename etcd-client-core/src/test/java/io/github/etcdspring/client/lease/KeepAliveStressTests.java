/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Keepalives that are opened and closed by many threads at once, also by their listeners,
 * while answers come and streams break.
 */
@Timeout(120)
class KeepAliveStressTests {

	private static final int THREADS = 8;

	private static final int TIMES = 10_000;

	private final ScriptedServer server = ScriptedServer.start();

	private final TestClient client = TestClient.of(this.server.endpoint()).maxRetries(-1).open();

	private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

	@AfterEach
	void close() {
		this.threads.shutdownNow();
		this.client.close();
		this.server.close();
	}

	@Test
	void nobodyWaitsForEverWhenManyOpenAndCloseAtOnce() throws Exception {
		this.server.onStream(ScriptedServer.KEEP_ALIVE, KeepAliveStressTests::answerSome);
		AtomicInteger lost = new AtomicInteger();
		List<Future<?>> users = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			users.add(this.threads.submit(() -> {
				for (int j = 0; j < TIMES / THREADS; j++) {
					use(lost);
				}
			}));
		}
		for (Future<?> user : users) {
			user.get(100, TimeUnit.SECONDS);
		}
		assertThat(lost).hasValue(0);
		CompletableFuture<?> next = this.client.leases().keepAlive(1).open().ready();
		assertThat(next).succeedsWithin(20, TimeUnit.SECONDS);
	}

	@Test
	void closeOfTheClientEndsAllThatAreOpenedMeanwhile() throws Exception {
		this.server.onStream(ScriptedServer.KEEP_ALIVE, KeepAliveStressTests::answerSome);
		List<Future<List<KeepAlive>>> users = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			users.add(this.threads.submit(() -> {
				List<KeepAlive> opened = new ArrayList<>();
				for (int j = 0; j < 200; j++) {
					opened.add(this.client.leases().keepAlive(1 + j).open());
				}
				return opened;
			}));
		}
		this.server.stream(ScriptedServer.KEEP_ALIVE, 1);
		this.client.close();
		List<KeepAlive> all = new ArrayList<>();
		for (Future<List<KeepAlive>> user : users) {
			all.addAll(user.get(100, TimeUnit.SECONDS));
		}
		await().untilAsserted(() -> assertThat(all).hasSize(THREADS * 200).allMatch((each) -> each.state().isLost()));
	}

	private void use(AtomicInteger lost) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		CompletableFuture<KeepAlive> itself = new CompletableFuture<>();
		boolean closesItself = random.nextInt(4) == 0;
		KeepAlive opened = this.client.leases().keepAlive(1 + random.nextInt(20)).open(new KeepAliveListener() {

			@Override
			public void onRenewed(Duration ttl) {
				if (closesItself) {
					itself.join().close();
				}
			}

			@Override
			public void onLost(LeaseLoss loss) {
				lost.incrementAndGet();
			}

		});
		itself.complete(opened);
		if (random.nextInt(50) == 0) {
			opened.ready().handle((ttl, ex) -> ttl).join();
		}
		opened.state();
		opened.close();
	}

	// A stream breaks after some answers.
	private static void answerSome(ScriptedStream stream) {
		try {
			int most = 1 + ThreadLocalRandom.current().nextInt(200);
			for (int i = 1; i <= most; i++) {
				long id = stream.request(i, LeaseKeepAliveRequest.parser()).getID();
				stream.reply(LeaseKeepAliveResponse.newBuilder().setID(id).setTTL(60).build());
			}
			stream.fail(Status.Code.UNAVAILABLE, "broken on purpose");
		}
		catch (RuntimeException ex) {
			// The stream is over.
		}
	}

}
