/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchListener;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Watches of a cluster that has no leader for a while.
 */
@WithEtcd
@Timeout(180)
class WatchLeaderFaultTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	@Test
	void missingLeaderIsToldAndWaitedOut(EtcdBinary binary) {
		try (EtcdCluster cluster = EtcdCluster.builder().size(3).binary(binary).start();
				EtcdClient alone = EtcdClient.builder().endpoints(cluster.member(0).endpoint()).build();
				EtcdClient all = EtcdClient.builder().endpoints(cluster.endpoints()).build()) {
			alone.kv().put("/w", "before").sync();
			// A member that answers "no leader" is no failed attempt, however often.
			Told first = new Told();
			Told second = new Told();
			try (Watch one = alone.watch(KeyRange.key("/w")).maxRetries(0).open(first);
					Watch other = all.watch(KeyRange.key("/w")).open(second)) {
				long start = one.ready().join();
				assertThat(other.ready()).succeedsWithin(SOON).isEqualTo(start);
				cluster.member(1).kill();
				cluster.member(2).kill();
				for (Told told : List.of(first, second)) {
					await().atMost(SOON).until(() -> !told.all().isEmpty());
					assertThat(told.all()).containsExactly("disconnected " + Reason.NO_LEADER);
				}
				// Many more refusals than there are retries.
				await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
				assertThat(first.all()).hasSize(1);
				assertThat(second.all()).hasSize(1);
				cluster.start();
				assertThat(alone.kv().put("/w", "after").sync().revision()).isEqualTo(start);
				for (Told told : List.of(first, second)) {
					await().atMost(SOON).until(() -> told.all().contains(String.valueOf(start)));
					// On a busy machine a leader that is found may be lost again.
					assertThat(told.all()).startsWith("disconnected " + Reason.NO_LEADER, "resumed")
						.containsOnlyOnce(String.valueOf(start))
						.containsOnly("disconnected " + Reason.NO_LEADER, "resumed", String.valueOf(start));
				}
			}
		}
	}

	/** Remembers in words what a watch told. */
	private static final class Told implements WatchListener {

		private final List<String> told = new ArrayList<>();

		private synchronized void add(String text) {
			this.told.add(text);
		}

		synchronized List<String> all() {
			return List.copyOf(this.told);
		}

		@Override
		public void onBatch(WatchBatch batch) {
			add(String.valueOf(batch.revision()));
		}

		@Override
		public void onDisconnected(EtcdException cause) {
			add("disconnected " + cause.reason());
		}

		@Override
		public void onResumed() {
			add("resumed");
		}

		@Override
		public void onClosed(WatchClosed closed) {
			add("closed " + closed);
		}

	}

}
