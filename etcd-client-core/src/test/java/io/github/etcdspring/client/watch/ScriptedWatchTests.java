/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What tests of watches on a scripted server have in common.
 */
@Timeout(60)
abstract class ScriptedWatchTests {

	ScriptedServer server;

	private final List<TestClient> clients = new ArrayList<>();

	@BeforeEach
	void startServer() {
		this.server = ScriptedServer.start();
	}

	@AfterEach
	void stopServer() {
		this.clients.forEach(TestClient::close);
		this.server.close();
	}

	TestClient.Settings settings() {
		return TestClient.of(this.server.endpoint());
	}

	Watches watches() {
		return watches(settings());
	}

	Watches watches(TestClient.Settings settings) {
		TestClient client = settings.open();
		this.clients.add(client);
		return new Watches(client.transport(), Namespace.NONE);
	}

	/** How many streams the clients have to the server now. */
	int clientStreams() {
		return this.clients.stream().mapToInt(TestClient::openStreams).sum();
	}

	void closeClients() {
		this.clients.forEach(TestClient::close);
	}

	ScriptedStream stream(int number) {
		return this.server.stream(ScriptedServer.WATCH, number);
	}

	int streams() {
		return this.server.streams(ScriptedServer.WATCH).size();
	}

	/**
	 * Wait until the client has seen everything that was sent on a stream so far: one
	 * more watch is created on it, and told an event.
	 * @param watches the client
	 * @param stream the stream that its watches share
	 */
	void settle(Watches watches, ScriptedStream stream) {
		int requests = stream.requests(io.github.etcdspring.proto.WatchRequest.parser()).size();
		Told told = new Told();
		try (Watch watch = watches.watch(KeyRange.key("settle")).fromRevision(1).open(told)) {
			long id = WatchAnswers.accept(stream, requests + 1, 100);
			stream.reply(WatchAnswers.events(id, "50=settled"));
			told.expect("50=settled");
			assertThat(watch.nextRevision()).isEqualTo(51);
		}
		await().pollInterval(Duration.ofMillis(10))
			.until(() -> stream.requests(io.github.etcdspring.proto.WatchRequest.parser()).size() == requests + 2);
	}

}
