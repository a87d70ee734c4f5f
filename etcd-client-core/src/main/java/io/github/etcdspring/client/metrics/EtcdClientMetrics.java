/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.metrics;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.transport.CallObserver;

/**
 * Keeps two meters of a client: the timer {@code etcd.client.calls}, with the tags
 * {@code operation}, {@code outcome} ({@code SUCCESS}, {@code NOT_APPLIED} or
 * {@code UNKNOWN}) and {@code reason}, and the gauge {@code etcd.client.endpoint.up} with
 * the tag {@code endpoint}, which is 1 while the endpoint is connected. No key and no
 * value ever becomes a tag.
 *
 * @since 0.1.0
 */
public final class EtcdClientMetrics implements CallObserver {

	private final MeterRegistry registry;

	private final Map<CallKey, Timer> timers = new ConcurrentHashMap<>();

	private final Map<String, EndpointGauge> endpoints = new ConcurrentHashMap<>();

	/**
	 * Create the meters.
	 * @param registry where they are registered
	 */
	public EtcdClientMetrics(MeterRegistry registry) {
		this.registry = registry;
	}

	@Override
	public void callEnded(String operation, long nanos, @Nullable Failure failure) {
		CallKey key = new CallKey(operation, (failure != null) ? failure.outcome().name() : "SUCCESS",
				(failure != null) ? failure.reason().name().toLowerCase(Locale.ROOT) : "none");
		this.timers.computeIfAbsent(key, this::timer).record(nanos, TimeUnit.NANOSECONDS);
	}

	private Timer timer(CallKey key) {
		return Timer.builder("etcd.client.calls")
			.description("Calls to etcd, with their retries")
			.tag("operation", key.operation())
			.tag("outcome", key.outcome())
			.tag("reason", key.reason())
			.register(this.registry);
	}

	@Override
	public void endpointChanged(String endpoint, boolean up) {
		this.endpoints.computeIfAbsent(endpoint, this::gauge).up().set(up ? 1 : 0);
	}

	@Override
	public void endpointRemoved(String endpoint) {
		EndpointGauge gauge = this.endpoints.remove(endpoint);
		if (gauge != null) {
			this.registry.remove(gauge.meter());
		}
	}

	private EndpointGauge gauge(String endpoint) {
		AtomicInteger up = new AtomicInteger();
		return new EndpointGauge(up,
				Gauge.builder("etcd.client.endpoint.up", up, AtomicInteger::get)
					.description("Whether the endpoint is connected")
					.tag("endpoint", endpoint)
					.strongReference(true)
					.register(this.registry));
	}

	private record EndpointGauge(AtomicInteger up, Gauge meter) {
	}

	private record CallKey(String operation, String outcome, String reason) {
	}

}
