/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.metrics;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EtcdClientMetricsTests {

	private static final String ENDPOINT = "http://10.0.0.1:2379";

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final EtcdClientMetrics metrics = new EtcdClientMetrics(this.registry);

	private Timer timer(String operation, String outcome, String reason) {
		return this.registry.get("etcd.client.calls")
			.tag("operation", operation)
			.tag("outcome", outcome)
			.tag("reason", reason)
			.timer();
	}

	private double up(String endpoint) {
		return this.registry.get("etcd.client.endpoint.up").tag("endpoint", endpoint).gauge().value();
	}

	@Test
	void callsThatSucceedAreTimed() {
		this.metrics.callEnded("put", Duration.ofMillis(20).toNanos(), null);
		this.metrics.callEnded("put", Duration.ofMillis(40).toNanos(), null);
		this.metrics.callEnded("get", Duration.ofMillis(10).toNanos(), null);
		Timer puts = timer("put", "SUCCESS", "none");
		assertThat(puts.count()).isEqualTo(2);
		assertThat(puts.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(60);
		assertThat(timer("get", "SUCCESS", "none").count()).isOne();
	}

	@Test
	void callsThatFailAreTimedByOutcomeAndReason() {
		this.metrics.callEnded("put", 1,
				Failure.ofWrite("put", StatusCode.UNAVAILABLE, Reason.NO_LEADER, Outcome.NOT_APPLIED));
		this.metrics.callEnded("put", 1,
				Failure.ofWrite("put", StatusCode.UNAVAILABLE, Reason.CONNECTION_LOST, Outcome.UNKNOWN));
		this.metrics.callEnded("get", 1, Failure.ofRead("get", StatusCode.DEADLINE_EXCEEDED, Reason.TIMEOUT));
		assertThat(timer("put", "NOT_APPLIED", "no_leader").count()).isOne();
		assertThat(timer("put", "UNKNOWN", "connection_lost").count()).isOne();
		assertThat(timer("get", "NOT_APPLIED", "timeout").count()).isOne();
	}

	@Test
	void endpointIsUpWhileItIsConnected() {
		this.metrics.endpointChanged(ENDPOINT, true);
		assertThat(up(ENDPOINT)).isOne();
		this.metrics.endpointChanged(ENDPOINT, false);
		assertThat(up(ENDPOINT)).isZero();
		this.metrics.endpointChanged(ENDPOINT, true);
		assertThat(up(ENDPOINT)).isOne();
		System.gc();
		assertThat(up(ENDPOINT)).isOne();
		this.metrics.endpointChanged("http://10.0.0.2:2379", false);
		assertThat(up("http://10.0.0.2:2379")).isZero();
		assertThat(this.registry.find("etcd.client.endpoint.up").gauges()).hasSize(2);
	}

	@Test
	void endpointThatIsRemovedHasNoGauge() {
		this.metrics.endpointChanged(ENDPOINT, true);
		this.metrics.endpointRemoved(ENDPOINT);
		assertThat(this.registry.getMeters()).isEmpty();
		this.metrics.endpointRemoved(ENDPOINT);
		this.metrics.endpointChanged(ENDPOINT, true);
		assertThat(up(ENDPOINT)).isOne();
	}

	@Test
	void metersHaveTheseTagsAndNoOthers() {
		this.metrics.callEnded("put", 1, null);
		this.metrics.endpointChanged(ENDPOINT, true);
		assertThat(this.registry.getMeters()).hasSize(2).allMatch((meter) -> meter.getId().getDescription() != null);
		assertThat(tagsOf("etcd.client.calls")).containsExactlyInAnyOrder("operation", "outcome", "reason");
		assertThat(tagsOf("etcd.client.endpoint.up")).containsExactly("endpoint");
	}

	private Set<String> tagsOf(String name) {
		Meter meter = this.registry.get(name).meter();
		return meter.getId().getTags().stream().map(Tag::getKey).collect(Collectors.toSet());
	}

	@Test
	void manyThreadsMakeOneMeter() throws Exception {
		int threads = 8;
		CountDownLatch start = new CountDownLatch(1);
		CountDownLatch done = new CountDownLatch(threads);
		for (int i = 0; i < threads; i++) {
			new Thread(() -> {
				try {
					start.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				for (int j = 0; j < 1_000; j++) {
					this.metrics.callEnded("put", 1, null);
					this.metrics.endpointChanged(ENDPOINT, true);
				}
				done.countDown();
			}).start();
		}
		start.countDown();
		assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(timer("put", "SUCCESS", "none").count()).isEqualTo(threads * 1_000L);
		assertThat(this.registry.getMeters()).hasSize(2);
	}

	@Test
	void clientReportsItsCallsWithoutKeysAndValues() {
		try (EtcdClient client = EtcdClient.builder()
			.endpoints("http://127.0.0.1:1")
			.connectTimeout(Duration.ofMillis(200))
			.callObserver(this.metrics)
			.build()) {
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.kv().put("/a/secret/key", "secret value").sync());
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().get("/a/secret/key").sync());
		}
		assertThat(timer("put", "NOT_APPLIED", "unreachable").count()).isOne();
		assertThat(timer("put", "NOT_APPLIED", "unreachable").totalTime(TimeUnit.MILLISECONDS)).isBetween(200.0,
				5_000.0);
		assertThat(timer("get", "NOT_APPLIED", "unreachable").count()).isOne();
		assertThat(this.registry.getMeters()).flatExtracting((meter) -> meter.getId().getTags())
			.noneMatch((tag) -> tag.toString().contains("secret"));
	}

}
