/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a watch sees.
 */
abstract class WatchConformance extends Conformance {

	@Test
	void fromNowSeesWhatComes() {
		put("a", "0");
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).open(listener)) {
			long start = watch.ready().join();
			long first = put("a", "1");
			assertThat(start).isEqualTo(first);
			put("b", "2");
			this.kv.delete(key("a")).sync();
			await().untilAsserted(() -> assertThat(listener.described(this.prefix)).containsExactly("PUT a=1",
					"PUT b=2", "DELETE a"));
			assertThat(listener.batches()).extracting(WatchBatch::revision)
				.containsExactly(first, first + 1, first + 2);
			assertThat(watch.nextRevision()).isEqualTo(first + 3);
		}
		assertThat(listener.closed()).succeedsWithin(SOON).satisfies((closed) -> assertThat(closed.cause()).isNull());
	}

	@Test
	void historyIsReplayedInOrder() {
		long first = put("a", "1");
		put("a", "2");
		put("a", "3");
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(KeyRange.key(key("a"))).fromRevision(first).open(listener)) {
			assertThat(watch.ready()).succeedsWithin(SOON).isEqualTo(first);
			put("a", "4");
			await().untilAsserted(() -> assertThat(listener.described(this.prefix)).containsExactly("PUT a=1",
					"PUT a=2", "PUT a=3", "PUT a=4"));
		}
	}

	@Test
	void transactionIsOneBatch() {
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).previousValues().open(listener)) {
			watch.ready().join();
			put("a", "0");
			this.kv.txn().then(Op.put(key("a"), "1"), Op.put(key("b"), "2"), Op.put(key("c"), "3")).sync();
			await().until(() -> listener.batches().size() == 2);
			List<WatchEvent> events = listener.batches().get(1).events();
			assertThat(events).hasSize(3);
			assertThat(events.get(0).previous()).isNotNull()
				.satisfies((kv) -> assertThat(kv.valueAsUtf8()).isEqualTo("0"));
			assertThat(events.get(1).previous()).isNull();
			assertThat(events.get(1).isCreate()).isTrue();
		}
	}

}
