/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.util.Assert;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.maintenance.Alarm;

/**
 * {@link HealthIndicator} for etcd. Up means that the cluster answered a linearizable
 * read, which takes a majority and a leader, or refused it for lack of permission, which
 * takes the same. An alarm for a full database is out of service, since writes are
 * refused; one for corrupt data is down.
 * <p>
 * The details have a row for each endpoint: what its member says of itself, or
 * {@code idle} if the client never needed it. A check ends within its timeout; members
 * that do not answer soon after the cluster did are not waited for.
 *
 * @since 0.1.0
 */
public class EtcdHealthIndicator extends AbstractHealthIndicator {

	/** Any key would do; this is the one that etcd's own tools ask for. */
	private static final String KEY = "health";

	private final EtcdClient client;

	private final Duration timeout;

	/**
	 * Create an indicator.
	 * @param client the client
	 * @param timeout how long a check may take, positive
	 */
	public EtcdHealthIndicator(EtcdClient client, Duration timeout) {
		super("etcd health check failed");
		Assert.notNull(client, "'client' must not be null");
		Assert.isTrue(!timeout.isZero() && !timeout.isNegative(),
				() -> "'timeout' must be positive but was " + timeout);
		this.client = client;
		this.timeout = timeout;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		long deadline = System.nanoTime() + this.timeout.toNanos();
		try (EndpointRows rows = new EndpointRows(this.client)) {
			rows.ask(this.timeout);
			CompletableFuture<List<Alarm>> alarms = this.client.maintenance().alarms().timeout(this.timeout).async();
			try {
				checkRead(builder);
				checkAlarms(builder, await(alarms, deadline - System.nanoTime()));
			}
			catch (EtcdException ex) {
				builder.down(ex);
			}
			finally {
				alarms.cancel(true);
			}
			builder.withDetail("endpoints", rows.collect(Duration.ofNanos(deadline - System.nanoTime())));
		}
	}

	private void checkRead(Health.Builder builder) {
		builder.up();
		try {
			// Waits on this thread, so that a busy callback executor does not look like
			// an etcd that is down.
			Header header = this.client.kv().get(KEY).countOnly().timeout(this.timeout).sync().header();
			builder.withDetail("cluster", header.clusterIdAsHex()).withDetail("revision", header.revision());
		}
		catch (PermissionDeniedException ex) {
			// Whether a user may do something is decided by the cluster's agreement.
		}
	}

	private static void checkAlarms(Health.Builder builder, @Nullable List<Alarm> alarms) {
		if (alarms == null || alarms.isEmpty()) {
			return;
		}
		builder.withDetail("alarms", alarms.stream().map(EtcdHealthIndicator::describe).toList());
		if (has(alarms, Alarm.Type.CORRUPT)) {
			builder.down();
		}
		else if (has(alarms, Alarm.Type.NO_SPACE)) {
			builder.outOfService();
		}
	}

	private static boolean has(List<Alarm> alarms, Alarm.Type type) {
		return alarms.stream().anyMatch((alarm) -> alarm.type() == type);
	}

	private static String describe(Alarm alarm) {
		return alarm.type() + " on member " + Long.toHexString(alarm.memberId());
	}

	// What cannot be had is left out: the read has decided already.
	private static <T> @Nullable T await(CompletableFuture<T> answer, long nanos) {
		try {
			return answer.get(Math.max(nanos, 0), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			return null;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return null;
		}
	}

}
