/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.transport.EndpointStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One client keeps fifty thousand leases alive that were all begun at the same time: when
 * each renewal comes to the server.
 */
@Timeout(120)
class ManyLeasesTests {

	private static final long SECOND = 1_000_000_000L;

	private static final int LEASES = 50_000;

	private static final int TTL_SECONDS = 60;

	private static final long THIRD = TTL_SECONDS * SECOND / 3;

	private static final long BEGIN = 2 * SECOND;

	private static final long END = 75 * SECOND;

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.etcdspring.client");

	private final VirtualTime time = new VirtualTime(false);

	private final Chance chance = new Chance(50_000);

	private final Cluster cluster = new Cluster(this.time, this.chance.split(), 3, "3.5.30", false);

	private final Network network = new Network(this.time, this.chance.split());

	private final long[] last = new long[LEASES + 1];

	private final int[] renewals = new int[LEASES + 1];

	private final List<Long> expired = new ArrayList<>();

	private long shortest = Long.MAX_VALUE;

	private long longest;

	/** When the last of them had been renewed once. */
	private long firstAll;

	@BeforeEach
	void silenceLogging() {
		this.logger.setLevel(Level.ERROR);
	}

	@AfterEach
	void restoreLogging() {
		this.logger.setLevel(null);
	}

	@Test
	void eachIsRenewedAfterAThirdOfItsTimeToLive() {
		play(LEASES, () -> {
		});
		assertThat(this.shortest).isBetween(THIRD * 9 / 10, THIRD);
		assertThat(this.longest).isBetween(THIRD, THIRD * 11 / 10);
	}

	/** The first renewals after that come at once; none is late by that. */
	@Test
	void noneIsRenewedLateWhenTheConnectionIsLost() {
		play(LEASES / 5, () -> this.time.at(33 * SECOND, () -> this.network.links().forEach(Link::cut)));
		assertThat(this.longest).isLessThanOrEqualTo(THIRD * 11 / 10);
	}

	private void play(int leases, Runnable trouble) {
		this.cluster.leases().onRenewal(this::renewed);
		this.cluster.leases().beforeExpiry(this.expired::add);
		List<String> endpoints = this.network.connect(0, this.cluster);
		ClientOptions options = new ClientOptions(EndpointStrategy.FAILOVER, Duration.ofSeconds(30),
				Duration.ofSeconds(5), -1, true, false, true, SECOND / 1000);
		SimulatedChannels.with(this.network, () -> {
			SimulatedClient client = new SimulatedClient(0, this.time, this.chance.split(), options, endpoints,
					this.network.links());
			this.time.runUntil(BEGIN);
			trouble.run();
			LongStream.rangeClosed(1, leases).forEach((id) -> this.cluster.leases().grant(id, TTL_SECONDS));
			List<KeepAlive> keeping = LongStream.rangeClosed(1, leases)
				.mapToObj((id) -> client.leases().keepAlive(id).open())
				.toList();
			this.time.runUntil(END);
			System.out.printf(
					"ManyLeasesTests: %d leases, renewed after %.3f to %.3f s of %d s, the first after %.3f s%n",
					leases, this.shortest / 1e9, this.longest / 1e9, TTL_SECONDS, (this.firstAll - BEGIN) / 1e9);
			assertThat(keeping).allMatch((each) -> each.state().isAlive());
			assertThat(this.expired).isEmpty();
			for (int id = 1; id <= leases; id++) {
				assertThat(this.renewals[id]).as("lease %d", id).isGreaterThanOrEqualTo(4);
			}
			client.close();
			this.time.runUntil(END + 3 * SECOND);
			assertThat(client.remains()).isEmpty();
		});
	}

	private void renewed(long lease) {
		int id = (int) lease;
		long now = this.time.now();
		if (this.renewals[id] > 0) {
			long gap = now - this.last[id];
			this.shortest = Math.min(this.shortest, gap);
			this.longest = Math.max(this.longest, gap);
		}
		else {
			this.firstAll = now;
		}
		this.last[id] = now;
		this.renewals[id]++;
	}

}
