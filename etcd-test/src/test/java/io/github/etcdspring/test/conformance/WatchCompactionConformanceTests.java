/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.SinceEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@link WatchCompactionConformance} on real servers, and what takes one that tells its
 * progress often.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class WatchCompactionConformanceTests extends WatchCompactionConformance {

	@Test
	@SinceEtcd(value = "3.5.13", reason = "older ones, and 3.4 before 3.4.31, may be ahead of themselves")
	void progressIsToldWithoutBeingAskedFor(EtcdBinary binary) {
		RecordingListener told = new RecordingListener();
		RecordingListener sharing = new RecordingListener();
		try (EtcdServer server = EtcdServer.builder()
			.binary(binary)
			.arguments("--experimental-watch-progress-notify-interval=100ms")
			.start();
				EtcdClient client = EtcdClient.builder().endpoints(server.endpoint()).build();
				Watch watch = client.watch(KeyRange.key("quiet")).progress().withoutDeletes().open(told);
				Watch other = client.watch(KeyRange.key("quiet")).open(sharing)) {
			watch.ready().join();
			other.ready().join();
			client.kv().put("other", "1").sync();
			long revision = client.kv().put("other", "2").sync().revision();
			await().atMost(SOON).until(() -> told.progress().contains(revision));
			assertThat(told.progress()).isSorted();
			assertThat(watch.nextRevision()).isEqualTo(revision + 1);
			// Who did not ask for it is not told, but need not go back either.
			await().atMost(SOON).until(() -> other.nextRevision() == revision + 1);
			assertThat(sharing.progress()).isEmpty();
			// What is quiet survives the compaction of everything before.
			client.kv().compact(revision).sync();
			server.kill();
			server.start();
			await().atMost(SOON).until(() -> told.resumptions() == 1 && sharing.resumptions() == 1);
			client.kv().put("quiet", "3").sync();
			await().atMost(SOON).until(() -> told.batches().size() == 1 && sharing.batches().size() == 1);
		}
	}

}
