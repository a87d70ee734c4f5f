/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.error.EtcdTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Thousands of calls that give up at about the moment when their answer comes.
 */
@Timeout(120)
class ImpatientCallTests {

	private static final int CALLERS = 6;

	private static final int CALLS = 1000;

	@Test
	void callsThatGiveUpWhenTheirAnswerComesAllEnd() throws Exception {
		AtomicInteger answered = new AtomicInteger();
		AtomicInteger late = new AtomicInteger();
		try (ScriptedServer server = ScriptedServer.start();
				TestClient client = TestClient.of(server.endpoint()).open()) {
			client.kv().get("warm").sync();
			List<CompletableFuture<Void>> callers = new ArrayList<>();
			for (int i = 0; i < CALLERS; i++) {
				Runnable task = () -> {
					for (int call = 0; call < CALLS; call++) {
						try {
							client.kv().get("k").timeout(Duration.ofMillis(1)).sync();
							answered.incrementAndGet();
						}
						catch (EtcdTimeoutException ex) {
							late.incrementAndGet();
						}
					}
				};
				if (i % 2 == 1) {
					callers.add(client.kv().get("k").async().thenRun(task));
				}
				else {
					callers.add(CompletableFuture.runAsync(task, (each) -> new Thread(each).start()));
				}
			}
			for (CompletableFuture<Void> caller : callers) {
				caller.get(60, TimeUnit.SECONDS);
			}
			assertThat(answered.get() + late.get()).isEqualTo(CALLERS * CALLS);
			assertThat(late).as("calls that gave up").hasPositiveValue();
			assertThat(client.kv().get("k").sync().storeRevision()).isEqualTo(7);
		}
	}

}
