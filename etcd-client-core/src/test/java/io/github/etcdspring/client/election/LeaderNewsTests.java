/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.election;

import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.TestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a listener that is slower than the events is told.
 */
class LeaderNewsTests {

	private final RecordingObserver observer = new RecordingObserver();

	private TestClient client;

	@BeforeEach
	void open() {
		this.client = TestClient.of("http://127.0.0.1:1").open();
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	private LeaderNews news(LeaderListener listener) {
		return new LeaderNews(listener, this.client.transport().serialTasks());
	}

	private static KeyValue leader(int number) {
		return new KeyValue(Bytes.utf8("e/1"), Bytes.utf8("v" + number), 1, number, number, 1);
	}

	private static EtcdException lost() {
		return Failure.ofRead("observe", StatusCode.UNAVAILABLE, Reason.CONNECTION_LOST).toException();
	}

	private void awaitTold(String... expected) {
		await().untilAsserted(() -> assertThat(this.observer.told()).containsExactly(expected));
	}

	@Test
	void ofManyLeadersTheNewestIsTold() {
		CountDownLatch gate = this.observer.block();
		LeaderNews news = news(this.observer);
		news.leads(leader(1));
		awaitTold("v1");
		for (int i = 2; i <= 1000; i++) {
			news.leads(leader(i));
		}
		gate.countDown();
		awaitTold("v1", "v1000");
		news.leads(leader(1001));
		awaitTold("v1", "v1000", "v1001");
	}

	@Test
	void connectionThatIsBackIsNotMentioned() {
		CountDownLatch gate = this.observer.block();
		LeaderNews news = news(this.observer);
		news.leads(leader(1));
		awaitTold("v1");
		for (int i = 0; i < 1000; i++) {
			news.disconnected(lost());
			news.connected();
		}
		news.leads(leader(2));
		gate.countDown();
		awaitTold("v1", "v2");
	}

	@Test
	void whatIsSoNowIsToldInItsOrder() {
		LeaderNews news = news(this.observer);
		CountDownLatch first = this.observer.block();
		news.leads(leader(1));
		awaitTold("v1");
		news.leads(leader(2));
		news.disconnected(lost());
		first.countDown();
		awaitTold("v1", "v2", "disconnected");
		CountDownLatch second = this.observer.block();
		news.connected();
		awaitTold("v1", "v2", "disconnected", "resumed");
		news.leads(leader(3));
		news.disconnected(lost());
		news.ended(lost());
		second.countDown();
		awaitTold("v1", "v2", "disconnected", "resumed", "v3", "disconnected", "closed");
	}

	@Test
	void nothingButTheEndIsToldAfterAClose() {
		CountDownLatch gate = this.observer.block();
		LeaderNews news = news(this.observer);
		news.leads(leader(1));
		awaitTold("v1");
		news.leads(leader(2));
		news.disconnected(lost());
		news.drop();
		news.ended(null);
		gate.countDown();
		awaitTold("v1", "closed");
		assertThat(this.observer.closed()).isCompletedWithValue(null);
	}

	@Test
	void listenerThatThrowsIsToldTheRest() {
		LeaderNews news = news(new LeaderListener() {

			@Override
			public void onLeader(KeyValue leader) {
				LeaderNewsTests.this.observer.onLeader(leader);
				throw new IllegalStateException("thrown by the test's listener");
			}

			@Override
			public void onClosed(@Nullable EtcdException cause) {
				LeaderNewsTests.this.observer.onClosed(cause);
			}

		});
		news.leads(leader(1));
		awaitTold("v1");
		news.leads(leader(2));
		awaitTold("v1", "v2");
		news.leads(leader(3));
		news.ended(null);
		await().until(() -> this.observer.told().contains("closed"));
	}

}
