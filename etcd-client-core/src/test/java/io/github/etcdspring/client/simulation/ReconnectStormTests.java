/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.google.protobuf.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.transport.EndpointStrategy;
import io.github.etcdspring.proto.PutRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hundreds of clients lose all members for a minute: what they ask of the network
 * meanwhile, and of the members when they are back; and how long it takes until
 * everything works again. {@code -Dsimulation.clients=N} takes more of them.
 */
class ReconnectStormTests {

	private static final long SECOND = 1_000_000_000L;

	private static final int CLIENTS = Integer.getInteger("simulation.clients", 300);

	private static final int ENDPOINTS = 3;

	private static final int LINES = CLIENTS * ENDPOINTS;

	private static final long TROUBLE = 20 * SECOND;

	private static final long HEALED = 80 * SECOND;

	private static final long END = 100 * SECOND;

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.etcdspring.client");

	private final VirtualTime time = new VirtualTime(false);

	private final Chance chance = new Chance(20260);

	private final Cluster cluster = new Cluster(this.time, this.chance.split(), ENDPOINTS, "3.5.30", true);

	private final Network network = new Network(this.time, this.chance.split());

	private final List<SimulatedClient> clients = new ArrayList<>();

	private final List<StormClient> users = new ArrayList<>();

	private final List<String> complaints = new ArrayList<>();

	private long served;

	@BeforeEach
	void silenceLogging() {
		this.logger.setLevel(Level.ERROR);
	}

	@AfterEach
	void restoreLogging() {
		this.logger.setLevel(null);
	}

	/**
	 * From the moment when there is a leader again: a watch waits for a second after each
	 * member has said that there is none, a read for 400 ms at most.
	 */
	@Test
	void membersThatRefuseForAMinuteAreNotStormed() {
		play(() -> this.cluster.members().forEach(Member::kill), () -> this.cluster.members().forEach(Member::restart));
		print("refused");
		checkOutage();
		checkRecovery(2 * SECOND);
		// Two attempts before each pause, which grows, for the read of each client and
		// for
		// its new lease.
		assertThat(afterwards("KV/Range")).isLessThan(10 * CLIENTS);
		assertThat(afterwards("Lease/LeaseGrant")).isLessThan(10 * CLIENTS);
		// The first is at once, after each of the members has been asked in turn.
		assertThat(afterwards("Watch/Watch")).isLessThan(8 * CLIENTS);
		assertThat(afterwards("Health/Watch")).isLessThan(4 * LINES);
	}

	/**
	 * TCP repeats an attempt to connect after one second, two and four, and the client
	 * begins a new one after ten: so all attempts of a client may be silent for up to
	 * four seconds.
	 */
	@Test
	void membersBehindABlackHoleForAMinuteAreNotStormed() {
		play(() -> this.network.links().forEach(Link::stall), () -> this.network.links().forEach(Link::unstall));
		print("black hole");
		checkOutage();
		checkRecovery(4 * SECOND + SECOND / 2);
		assertThat(afterwards("request")).isLessThan(20 * CLIENTS);
		assertThat(afterwards("Watch/Watch")).isLessThan(2 * CLIENTS);
		assertThat(afterwards("Health/Watch")).isLessThan(2 * LINES);
	}

	private void play(Runnable trouble, Runnable healing) {
		for (int i = 0; i < CLIENTS; i++) {
			List<String> endpoints = this.network.connect(i, this.cluster);
			ClientOptions options = new ClientOptions(EndpointStrategy.values()[i % EndpointStrategy.values().length],
					Duration.ofSeconds(30), Duration.ofSeconds(5), 3, true, true, true, SECOND / 1000);
			int number = i;
			SimulatedChannels.with(this.network, () -> this.clients
				.add(new SimulatedClient(number, this.time, this.chance.split(), options, endpoints, List.of())));
		}
		SimulatedChannels.with(this.network, () -> {
			for (SimulatedClient client : this.clients) {
				StormClient user = new StormClient(client, this.chance.split(), this.complaints);
				this.users.add(user);
				this.time.after(this.chance.millis(0, 3000), user::start);
			}
			this.time.at(6 * SECOND, this::write);
			this.time.runUntil(TROUBLE);
			trouble.run();
			this.time.runUntil(HEALED);
			healing.run();
			awaitLeader();
			this.time.runUntil(END);
			this.clients.forEach(SimulatedClient::close);
			this.time.runUntil(END + 3 * SECOND);
		});
	}

	private void write() {
		if (this.cluster.leader() != null) {
			PutRequest put = PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(StormClient.KEY)).build();
			this.cluster.commit(() -> this.cluster.kv().put(put));
		}
		if (this.time.now() < END - SECOND) {
			this.time.after(SECOND / 5, this::write);
		}
	}

	private void awaitLeader() {
		if (this.cluster.leader() == null) {
			this.time.after(SECOND / 100, this::awaitLeader);
			return;
		}
		this.served = this.time.now();
		this.users.forEach(StormClient::healed);
	}

	// Once a second at each endpoint, and now and then for streams, whose connection is
	// another one.
	private void checkOutage() {
		Traffic traffic = this.cluster.traffic();
		assertThat(traffic.total("dial", TROUBLE, HEALED))
			.isLessThan((int) (1.1 * LINES * (HEALED - TROUBLE) / SECOND));
		assertThat(traffic.peak("dial", TROUBLE, HEALED)).isLessThan(2 * LINES);
		assertThat(traffic.mostDials(TROUBLE, TROUBLE + 10 * SECOND)).isLessThan(20);
		assertThat(traffic.mostDials(TROUBLE, HEALED)).isLessThan(90);
		assertThat(traffic.total("request", TROUBLE + SECOND, HEALED)).isZero();
	}

	private void checkRecovery(long longest) {
		assertThat(this.complaints).isEmpty();
		long revision = this.cluster.store().revision();
		assertThat(this.users).allSatisfy((user) -> {
			assertThat(user.watches()).isLessThan(longest);
			assertThat(user.keeps()).isLessThan(longest);
			assertThat(user.reads()).isLessThan(longest);
			assertThat(user.failedReads()).isZero();
			assertThat(user.isWatching(revision)).isTrue();
		});
		Traffic traffic = this.cluster.traffic();
		assertThat(traffic.mostDials(HEALED, END)).isLessThan(5);
		assertThat(afterwards("dial")).isLessThan(3 * LINES);
		assertThat(traffic.total("Auth/Authenticate", HEALED, END)).isLessThanOrEqualTo(2 * CLIENTS);
		assertThat(this.clients).allMatch((client) -> client.remains().isEmpty());
		assertThat(this.cluster.members()).allMatch((member) -> member.watches() + member.health().streams() == 0);
	}

	private int afterwards(String what) {
		return this.cluster.traffic().peak(what, HEALED, END);
	}

	private void print(String what) {
		Traffic traffic = this.cluster.traffic();
		System.out.println("Storm of " + CLIENTS + " clients, " + what + "; in all, and in the worst second");
		System.out.println("  before: " + traffic.describe(10 * SECOND, TROUBLE));
		System.out.println("  during: " + traffic.describe(TROUBLE, HEALED));
		System.out.println("  after:  " + traffic.describe(HEALED, END));
		System.out.println("  dials of the busiest line: " + traffic.mostDials(TROUBLE, HEALED) + ", of them "
				+ traffic.mostDials(TROUBLE, TROUBLE + 10 * SECOND) + " in ten seconds, and "
				+ traffic.mostDials(HEALED, END) + " afterwards");
		System.out.println("  a leader after " + (this.served - HEALED) / 1_000_000
				+ " ms; from then on, in ms (half of them, 99 %, all): watches " + spread(StormClient::watches)
				+ ", leases " + spread(StormClient::keeps) + ", reads " + spread(StormClient::reads));
	}

	private String spread(ToLongFunction<StormClient> what) {
		long[] sorted = this.users.stream().mapToLong(what).map((nanos) -> nanos / 1_000_000).sorted().toArray();
		return sorted[CLIENTS / 2] + " " + sorted[CLIENTS * 99 / 100] + " " + sorted[CLIENTS - 1];
	}

}
