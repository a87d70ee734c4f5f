/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Three servers.
 */
abstract class ThreeServersFixture {

	final List<ScriptedServer> servers = new ArrayList<>();

	@BeforeEach
	void start() {
		for (int i = 0; i < 3; i++) {
			this.servers.add(ScriptedServer.start());
		}
	}

	@AfterEach
	void stop() {
		this.servers.forEach(ScriptedServer::close);
	}

	ScriptedServer server(int index) {
		return this.servers.get(index);
	}

	String endpoint(int index) {
		return server(index).endpoint();
	}

}
