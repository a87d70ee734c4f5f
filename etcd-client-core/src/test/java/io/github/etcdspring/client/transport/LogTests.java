/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.watch.Watches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a client says in the log: enough to see what is wrong, and never so much that it
 * makes things worse.
 */
class LogTests {

	private final ScriptedServer server = ScriptedServer.start();

	private final LogLines log = new LogLines();

	@AfterEach
	void close() {
		this.log.close();
		this.server.close();
	}

	private static void failAll(TestClient client, int calls) {
		List<CompletableFuture<PutResult>> puts = new ArrayList<>();
		for (int i = 0; i < calls; i++) {
			puts.add(client.kv().put("secret-key", "secret-value").async());
		}
		puts.forEach((put) -> assertThat(put).failsWithin(Duration.ofSeconds(20)));
	}

	@Test
	void thousandCallsThatFailAreOneLineForEachReasonInTenSeconds() {
		ManualTimer time = new ManualTimer();
		this.server.on(ScriptedServer.PUT, ScriptedServer.fail(Status.Code.UNKNOWN, "etcdserver: request timed out"));
		try (TestClient client = TestClient.of(this.server.endpoint()).timer(time).open()) {
			failAll(client, 1000);
			assertThat(this.log.with("request timed out")).singleElement()
				.asString()
				.startsWith("WARN put failed on " + this.server.endpoint() + " after 1 attempt (");
			this.server.on(ScriptedServer.PUT,
					ScriptedServer.fail(Status.Code.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"));
			failAll(client, 1000);
			assertThat(this.log.with("space exceeded")).hasSize(1);
			time.advance(Duration.ofSeconds(10));
			failAll(client, 10);
			assertThat(this.log.with("space exceeded")).hasSize(2)
				.last()
				.asString()
				.endsWith("; 999 more for this reason since the last line");
		}
		assertThat(this.log.with("request timed out")).hasSize(1);
		assertThat(this.log.lines()).noneMatch((line) -> line.contains("secret"));
	}

	@Test
	void whatTheApplicationCausedIsItsOwnToLog() {
		this.server.on(ScriptedServer.PUT,
				ScriptedServer.fail(Status.Code.INVALID_ARGUMENT, "etcdserver: key is not provided"),
				ScriptedServer.fail(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"),
				ScriptedServer.fail(Status.Code.NOT_FOUND, "etcdserver: requested lease not found"),
				ScriptedServer.SILENCE);
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			failAll(client, 1);
			failAll(client, 1);
			failAll(client, 1);
			CompletableFuture<PutResult> cancelled = client.kv().put("k", "v").async();
			this.server.call(ScriptedServer.PUT, 4);
			cancelled.cancel(true);
			client.kv().put("k", "v").async();
			this.server.call(ScriptedServer.PUT, 5);
		}
		assertThat(this.log.lines()).singleElement().asString().startsWith("INFO etcd endpoint ").endsWith("connected");
	}

	@Test
	void endpointThatCannotBeReachedIsOneLineHoweverOftenItIsDialled() {
		String endpoint = ReservedPort.nobody();
		ManualTimer time = new ManualTimer();
		try (TestClient client = TestClient.of(endpoint).timer(time).open()) {
			for (int i = 0; i < 5; i++) {
				CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
				// Until it is clear that connecting was tried once more, and failed.
				await().until(() -> {
					time.advance(Duration.ofSeconds(1));
					return put.isDone();
				});
				await().untilAsserted(() -> assertThat(this.log.with("cannot be reached")).isNotEmpty());
				time.advance(Duration.ofSeconds(20));
			}
			assertThat(this.log.with("etcd endpoint " + endpoint)).singleElement()
				.asString()
				.startsWith("WARN etcd endpoint " + endpoint + " cannot be reached: ")
				.contains("refused");
		}
	}

	@Test
	void interruptionOfAWatchIsOneLineWithEndpointAndCause() {
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			Watches watches = new Watches(client.transport(), Namespace.NONE);
			for (int i = 0; i < 100; i++) {
				watches.watch(KeyRange.all()).maxRetries(-1).open((batch) -> {
				});
			}
			this.server.stream(ScriptedServer.WATCH, 1).fail(Status.Code.UNAVAILABLE, "gone away");
			this.server.stream(ScriptedServer.WATCH, 2);
			await().untilAsserted(() -> assertThat(this.log.with("gone away")).singleElement()
				.asString()
				.startsWith("WARN watch failed on " + this.server.endpoint()));
		}
	}

	@Test
	void changesOfAnEndpointAreOneLineEach() {
		ScriptedServer first = ScriptedServer.start();
		String endpoint = first.endpoint();
		try (TestClient client = TestClient.of(endpoint).open()) {
			client.kv().put("k", "v").async().join();
			first.close();
			await().untilAsserted(() -> assertThat(this.log.with("no longer connected")).hasSize(1));
			try (ScriptedServer second = ScriptedServer.start(Integer.parseInt(endpoint.replaceAll(".*:", "")))) {
				await().ignoreException(EtcdException.class).until(() -> {
					client.kv().put("k", "v").sync();
					return true;
				});
				assertThat(this.log.with("is connected")).hasSize(2);
				assertThat(this.log.with("etcd endpoint " + endpoint).size()).as("%s", this.log.lines())
					.isBetween(3, 4);
			}
		}
	}

}
