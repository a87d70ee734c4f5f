/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.transport.EndpointStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls while every member says that there is no leader: how often they ask meanwhile,
 * and how soon they notice that there is one.
 */
class ElectionTests {

	private static final long SECOND = 1_000_000_000L;

	private static final long MILLI = 1_000_000L;

	/** From here on each member refuses what needs a leader. */
	private static final long LEADERLESS = 4 * SECOND;

	/** The longest pause, its jitter, and an attempt that was under way. */
	private static final long LONGEST = 450 * MILLI;

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.etcdspring.client");

	private final VirtualTime time = new VirtualTime(false);

	private final Chance chance = new Chance(4711);

	private final Network network = new Network(this.time, this.chance.split());

	private final List<Long> answered = new ArrayList<>();

	@BeforeEach
	void silenceLogging() {
		this.logger.setLevel(Level.ERROR);
	}

	@AfterEach
	void restoreLogging() {
		this.logger.setLevel(null);
	}

	// In three seconds: pauses of 25, 50, 100 and 200 ms, and about seven of 400 ms; a
	// majority at once before each of them.
	@ParameterizedTest
	@CsvSource({ "1, 13", "3, 26", "5, 39" })
	void readAsksNowAndThenDuringAnElectionAndIsAnsweredSoonAfterIt(int members, int most) {
		Cluster cluster = elect(members, 1, (client) -> client.kv().get("k").async());
		assertThat(cluster.traffic().total("KV/Range", 0, LEADERLESS + 3 * SECOND)).isBetween(most / 2, most);
	}

	@ParameterizedTest
	@CsvSource({ "1, 13", "3, 26", "5, 39" })
	void writeAsksNowAndThenDuringAnElectionAndIsAnsweredSoonAfterIt(int members, int most) {
		Cluster cluster = elect(members, 1, (client) -> client.kv().put("k", "v").async());
		assertThat(cluster.traffic().total("KV/Put", 0, LEADERLESS + 3 * SECOND)).isBetween(most / 2, most);
		assertThat(cluster.store().revision()).as("applied once").isEqualTo(2);
	}

	@Test
	void callsOfManyClientsDoNotAskTheMembersAllTheTime() {
		int clients = 200;
		Cluster cluster = elect(3, clients, (client) -> client.kv().get("k").async());
		Traffic traffic = cluster.traffic();
		assertThat(traffic.peak("KV/Range", LEADERLESS, LEADERLESS + 3 * SECOND)).isLessThan(14 * clients);
		assertThat(traffic.peak("KV/Range", LEADERLESS + SECOND, LEADERLESS + 3 * SECOND)).isLessThan(6 * clients);
	}

	private Cluster elect(int members, int clients, Function<SimulatedClient, CompletableFuture<?>> call) {
		Cluster cluster = new Cluster(this.time, this.chance.split(), members, "3.5.30", false);
		List<SimulatedClient> all = new ArrayList<>();
		List<Long> elected = new ArrayList<>();
		SimulatedChannels.with(this.network, () -> {
			for (int i = 0; i < clients; i++) {
				ClientOptions options = new ClientOptions(EndpointStrategy.values()[i % 3], Duration.ofSeconds(30),
						Duration.ofSeconds(5), 3, true, false, true, MILLI);
				all.add(new SimulatedClient(i, this.time, this.chance.split(), options,
						this.network.connect(i, cluster), List.of()));
			}
			this.time.at(SECOND, () -> cluster.members().forEach((member) -> member.partition(true)));
			this.time.at(LEADERLESS, () -> all.forEach((client) -> call.apply(client).whenComplete((answer, ex) -> {
				assertThat(ex).isNull();
				this.answered.add(this.time.now());
			})));
			this.time.runUntil(LEADERLESS + 3 * SECOND);
			assertThat(this.answered).isEmpty();
			cluster.members().forEach((member) -> member.partition(false));
			while (cluster.leader() == null) {
				this.time.runUntil(this.time.now() + MILLI);
			}
			elected.add(this.time.now());
			this.time.runUntil(this.time.now() + 2 * SECOND);
			all.forEach(SimulatedClient::close);
			this.time.runUntil(this.time.now() + 3 * SECOND);
		});
		assertThat(this.answered).hasSize(clients)
			.allSatisfy((at) -> assertThat(at - elected.get(0)).isBetween(0L, LONGEST));
		return cluster;
	}

}
