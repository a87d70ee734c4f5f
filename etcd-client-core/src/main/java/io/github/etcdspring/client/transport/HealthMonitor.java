/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Looks at the endpoint that calls go to at regular times, without sending anything, and
 * tells a listener when its health changes.
 */
final class HealthMonitor {

	private final Endpoints endpoints;

	private final Timer timer;

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
		this.intervalNanos = Math.max(Timer.nanos(options.healthInterval()), TimeUnit.MILLISECONDS.toNanos(1));
		this.listener = listener;
		this.tasks = new SerialTasks(callbacks);
	}

	void start() {
		if (!this.closed) {
			this.timer.schedule(this.intervalNanos, () -> this.endpoints.execute(() -> {
				try {
					check();
				}
				finally {
					start();
				}
			}));
		}
	}

	private void check() {
		if (this.closed) {
			return;
		}
		this.endpoints.refresh();
		Endpoint endpoint = this.endpoints.picker().current();
		String nowhere = this.endpoints.nowhere();
		if (endpoint != null) {
			check(endpoint);
		}
		else if (nowhere != null) {
			changed(false, nowhere);
		}
	}

	private void check(Endpoint endpoint) {
		endpoint.connect();
		if (endpoint.isReady()) {
			changed(true, endpoint.name());
		}
		else if (!endpoint.isHopeful()) {
			changed(false, endpoint.name());
			this.endpoints.picker().leave(endpoint);
		}
	}

	private void changed(boolean now, String endpoint) {
		if (now != this.healthy) {
			this.healthy = now;
			this.tasks.execute(() -> this.listener.onHealthChange(now, endpoint));
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
