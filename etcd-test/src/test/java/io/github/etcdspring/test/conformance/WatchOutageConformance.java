/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What watches see of changes that were made while they were disconnected.
 */
abstract class WatchOutageConformance extends Conformance {

	private Line line;

	private EtcdClient client;

	@BeforeEach
	void connectThroughTheLine() {
		this.line = new Line(this.etcd.endpoints().get(0));
		this.client = EtcdClient.builder().endpoints(this.line.endpoint()).maxRetries(-1).build();
	}

	@AfterEach
	void disconnect() {
		this.client.close();
		this.line.close();
	}

	private void assertSeesEverything(Watch watch, RecordingListener listener) {
		List<Long> expected = new ArrayList<>();
		long start = watch.ready().join();
		for (int outage = 1; outage <= 3; outage++) {
			this.line.cut();
			int interruptions = outage;
			await().atMost(SOON).until(() -> listener.disconnections().size() == interruptions);
			for (int i = 0; i < 3; i++) {
				expected.add(put("a", outage + "-" + i));
			}
			this.line.mend();
			await().atMost(SOON).until(() -> listener.resumptions() == interruptions);
			expected.add(put("a", outage + "-after"));
			await().atMost(SOON).until(() -> listener.batches().size() >= expected.size());
		}
		assertThat(listener.batches()).extracting(WatchBatch::revision).isEqualTo(expected).startsWith(start);
		assertThat(watch.nextRevision()).isEqualTo(start + expected.size());
		assertThat(listener.disconnections()).hasSize(3);
		assertThat(listener.closed()).isNotDone();
	}

	@Test
	void watchFromNowThatHasSeenNothingYetMissesNothing() {
		put("a", "before");
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.client.watch(ownKeys()).open(listener)) {
			assertSeesEverything(watch, listener);
		}
	}

	@Test
	void watchThatWaitsForAFutureRevisionMissesNothing() {
		long next = put("a", "before") + 1;
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.client.watch(ownKeys()).fromRevision(next).open(listener)) {
			assertSeesEverything(watch, listener);
		}
	}

	@Test
	void watchWithAStreamOfItsOwnMissesNothing() {
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.client.watch(ownKeys()).progress().open(listener)) {
			assertSeesEverything(watch, listener);
		}
	}

}
