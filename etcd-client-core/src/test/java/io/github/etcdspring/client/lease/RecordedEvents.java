/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Writes down what a listener is told.
 */
class RecordedEvents implements KeepAliveListener {

	private final List<String> events = new CopyOnWriteArrayList<>();

	@Override
	public void onRenewed(Duration ttl) {
		this.events.add("renewed " + ttl.toSeconds());
	}

	@Override
	public void onSuspect() {
		this.events.add("suspect");
	}

	@Override
	public void onAlive() {
		this.events.add("alive");
	}

	@Override
	public void onLost(LeaseLoss loss) {
		this.events.add("lost " + loss.cause());
	}

	List<String> events() {
		return this.events;
	}

	void expect(String... expected) {
		await().untilAsserted(() -> assertThat(this.events).containsExactly(expected));
	}

}
