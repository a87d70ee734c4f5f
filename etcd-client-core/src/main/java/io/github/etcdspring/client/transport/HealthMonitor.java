/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the endpoint in use at regular times, without sending anything, and tells a
 * listener when its health changes.
 */
final class HealthMonitor {

	private static final Logger logger = LoggerFactory.getLogger(HealthMonitor.class);

	private final Endpoints endpoints;

	private final Timer timer;

	private final CallbackExecutor callbacks;

	private final long intervalNanos;

	private final HealthListener listener;

	/** Belongs to the synchronization context of the endpoints. */
	private boolean healthy = true;

	private volatile boolean closed;

	private final SerialTasks tasks;

	HealthMonitor(Endpoints endpoints, Timer timer, CallbackExecutor callbacks, TransportOptions options,
			HealthListener listener) {
		this.endpoints = endpoints;
		this.timer = timer;
		this.callbacks = callbacks;
		this.intervalNanos = Math.max(options.healthInterval().toNanos(), TimeUnit.MILLISECONDS.toNanos(1));
		this.listener = listener;
		this.tasks = new SerialTasks(callbacks);
	}

	void start() {
		if (!this.closed) {
			this.timer.schedule(this.intervalNanos, () -> this.endpoints.execute(() -> {
				check();
				start();
			}));
		}
	}

	private void check() {
		Endpoint endpoint = this.endpoints.current();
		if (endpoint == null || this.closed) {
			return;
		}
		endpoint.connect();
		boolean now = endpoint.isReady() || endpoint.isHopeful();
		if (now == this.healthy) {
			return;
		}
		this.healthy = now;
		if (!now) {
			this.endpoints.leave(endpoint);
		}
		String name = endpoint.name();
		this.tasks.execute(() -> tell(now, name));
	}

	private void tell(boolean now, String endpoint) {
		try {
			this.listener.onHealthChange(now, endpoint);
		}
		catch (RuntimeException ex) {
			logger.error("The health listener failed", ex);
		}
	}

	static @Nullable HealthMonitor create(Endpoints endpoints, Timer timer, CallbackExecutor callbacks,
			TransportOptions options) {
		HealthListener listener = options.healthListener();
		if (listener == null || options.healthInterval().isZero()) {
			return null;
		}
		HealthMonitor monitor = new HealthMonitor(endpoints, timer, callbacks, options, listener);
		monitor.start();
		return monitor;
	}

	void close() {
		this.closed = true;
	}

}
