/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Endpoints whose host is an IPv6 address.
 */
class Ipv6EndpointTests {

	private ScriptedServer server;

	@BeforeEach
	void start() {
		assumeTrue(hasIpv6(), "This machine has no IPv6 address ::1");
		// It listens on every address.
		this.server = ScriptedServer.start();
	}

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	private static boolean hasIpv6() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Test
	void callsAndStreamsReachAnIpv6Address() {
		String endpoint = "http://[::1]:" + this.server.port();
		try (EtcdClient client = EtcdClient.builder().endpoints(endpoint).build()) {
			assertThat(client.kv().put("k", "v").sync().revision()).isEqualTo(7);
			ScriptedServer.Exchange call = this.server.call(ScriptedServer.PUT, 1);
			assertThat(call.authority()).isEqualTo("[::1]:" + this.server.port());
			client.watch(KeyRange.all()).open((batch) -> {
			});
			assertThat(this.server.stream(ScriptedServer.WATCH, 1).peer()).contains("0:0:0:0:0:0:0:1");
			assertThat(client.maintenance().status(endpoint).sync().version()).isEqualTo("3.5.30");
			assertThat(client.endpointStates()).containsExactly(new EndpointState(endpoint, true, true));
		}
	}

	@Test
	void zoneOfAnIpv6AddressIsPartOfIt() {
		String endpoint = "http://[::1%lo]:" + this.server.port();
		try (EtcdClient client = EtcdClient.builder().endpoints(endpoint).build()) {
			assertThat(client.kv().put("k", "v").sync().revision()).isEqualTo(7);
		}
	}

	@Test
	void ipv6AddressThatIsDownIsPassedOverAndNamed() {
		String down = "http://[::1]:" + ReservedPort.next();
		try (EtcdClient client = EtcdClient.builder().endpoints(down, this.server.endpoint()).build()) {
			assertThat(client.kv().put("k", "v").sync().revision()).isEqualTo(7);
		}
	}

}
