/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.embedded.Faults;
import io.github.etcdspring.embedded.Operation;
import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.test.TestPrefix;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The test that the documentation shows.
 */
@WithEmbeddedEtcd
class WatchedFlagTests {

	@Test
	void changeIsSeenAfterALostStream(EtcdClient etcd, Faults faults, @TestPrefix String prefix) throws Exception {
		BlockingQueue<String> seen = new LinkedBlockingQueue<>();
		Watch watch = etcd.watch(KeyRange.prefix(prefix))
			.open((batch) -> batch.events().forEach((event) -> seen.add(event.keyValue().value().asUtf8())));
		watch.ready().join();
		assertThat(faults.endStreams(Operation.WATCH, EtcdError.LEADER_CHANGED)).isEqualTo(1);
		etcd.kv().put(prefix + "flag", "on").sync();
		assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("on");
	}

}
