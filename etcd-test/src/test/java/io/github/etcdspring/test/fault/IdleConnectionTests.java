/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.lease.LeaseState;
import io.github.etcdspring.client.transport.CallObserver;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchListener;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Connections on which nothing happens for long. A server ends those of clients that ping
 * it too often, or at all while they want nothing: with the fourth ping, which would come
 * after 40 seconds.
 */
@WithEtcd(isolated = true)
@Timeout(300)
class IdleConnectionTests {

	private static final Duration IDLE = Duration.ofSeconds(Integer.getInteger("idle.seconds", 45));

	@Test
	void idleConnectionsAreKept(EtcdServer server) {
		Queue<String> interruptions = new ConcurrentLinkedQueue<>();
		try (EtcdClient idle = client(server, "idle", interruptions);
				EtcdClient watching = client(server, "watching", interruptions)) {
			idle.kv().put("/idle", "1").sync();
			long lease = watching.leases().grant(Duration.ofHours(1)).sync().id();
			WatchListener listener = new WatchListener() {
				@Override
				public void onBatch(WatchBatch batch) {
				}

				@Override
				public void onDisconnected(EtcdException cause) {
					interruptions.add("watch: " + cause);
				}
			};
			try (Watch watch = watching.watch(KeyRange.key("/quiet")).open(listener);
					KeepAlive alive = watching.leases().keepAlive(lease).open()) {
				watch.ready().join();
				alive.ready().join();
				// Endpoints that are not connected yet are told, too.
				interruptions.clear();
				await().pollDelay(IDLE).atMost(IDLE.multipliedBy(2)).until(() -> true);
				assertThat(interruptions).isEmpty();
				assertThat(alive.state()).isEqualTo(LeaseState.ALIVE);
				assertThat(idle.kv().get("/idle").sync().count()).isEqualTo(1);
				assertThat(watching.kv().get("/idle").sync().count()).isEqualTo(1);
				assertThat(interruptions).isEmpty();
			}
		}
		assertThat(server.log()).doesNotContain("too_many_pings");
	}

	private static EtcdClient client(EtcdServer server, String name, Queue<String> interruptions) {
		return EtcdClient.builder().endpoints(server.endpoint()).callObserver(new CallObserver() {
			@Override
			public void endpointChanged(String endpoint, boolean up) {
				if (!up) {
					interruptions.add(name + ": " + endpoint);
				}
			}
		}).build();
	}

}
