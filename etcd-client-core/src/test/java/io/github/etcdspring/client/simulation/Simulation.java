/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One schedule: a cluster, a few clients and their applications, faults, and the check of
 * every promise at the end. All of it follows from the seed.
 */
final class Simulation {

	private static final long SECOND = 1_000_000_000L;

	/** How long things go wrong. */
	private static final int TROUBLE_MILLIS = 12_000;

	static final long HEALED = TROUBLE_MILLIS * 1_000_000L;

	/** Until there is a leader, the client knows an endpoint, and there are threads. */
	private static final long CALLS_WORK = 6 * SECOND;

	/** A pause after refusals can be five seconds and a half. */
	private static final long STREAMS_WORK = 9 * SECOND;

	/**
	 * A session whose lease was revoked finds out when it renews it, after a third of six
	 * seconds. If that was not the first lease it lost it waits for up to five more.
	 */
	private static final long SESSIONS_WORK = 8 * SECOND;

	/** A member may take so long to say that it could not make a token. */
	private static final long TOKEN_WORKS = 7 * SECOND;

	private final long seed;

	private final VirtualTime time;

	private final Chance chance;

	private final Cluster cluster;

	private final Network network;

	private final Faults faults;

	private final History history = new History();

	private final List<SimulatedClient> clients = new ArrayList<>();

	private final List<KvUser> users = new ArrayList<>();

	private final List<SessionUser> sessions = new ArrayList<>();

	private final List<LeaseUser> leases = new ArrayList<>();

	private final Holders holders;

	/** In some schedules everybody wants the same lock and the same leadership. */
	private final boolean contest;

	private final List<Write> last = new ArrayList<>();

	Simulation(long seed, boolean noting) {
		this.seed = seed;
		this.time = new VirtualTime(noting);
		this.chance = new Chance(seed);
		boolean authenticating = this.chance.of(0.25);
		this.cluster = new Cluster(this.time, this.chance.split(), this.chance.of(0.1) ? 1 : 3,
				this.chance.of(0.3) ? "3.5.12" : "3.5.30", authenticating);
		this.network = new Network(this.time, this.chance.split());
		this.contest = this.chance.of(0.3);
		this.holders = new Holders(this.time::now, this.history::complain);
		this.faults = new Faults(this.time, this.chance.split(), this.cluster, this.network, this.clients);
		this.cluster.leases().beforeExpiry(this.holders::expiring);
		this.cluster.afterCommit(() -> this.holders.check(this.cluster.store()));
		int count = 1 + this.chance.below(3);
		boolean checkingLeader = this.chance.of(0.5);
		for (int i = 0; i < count; i++) {
			ClientOptions options = ClientOptions.choose(this.chance, authenticating, checkingLeader);
			List<String> endpoints = this.network.connect(i, this.cluster);
			int number = i;
			List<Link> links = this.network.links().stream().filter((link) -> link.client() == number).toList();
			SimulatedChannels.with(this.network, () -> this.clients
				.add(new SimulatedClient(number, this.time, this.chance.split(), options, endpoints, links)));
		}
	}

	/**
	 * Run the schedule.
	 * @return what came of it
	 */
	Result run() {
		SimulatedChannels.with(this.network, this::play);
		return new Result(this.seed, this.time.hash(), List.copyOf(this.history.complaints()), this.time.notes(),
				this.time.events(), this.time.now(), this.holders.contended());
	}

	private void play() {
		this.clients.forEach(this::populate);
		this.faults.start(this.chance.below(14), TROUBLE_MILLIS - 500);
		SimulatedClient early = this.chance.of(0.2) ? this.chance.any(this.clients) : null;
		if (early != null) {
			// In the middle of it.
			long when = this.chance.millis(0, TROUBLE_MILLIS);
			this.time.at(when, () -> {
				early.close();
				// Whatever keeps its threads has happened, or may yet happen.
				this.time.after(patience(early) + 6 * SECOND, () -> complainAboutRemains(early));
			});
		}
		this.time.runUntil(HEALED);
		this.faults.heal();
		long begun = HEALED + (this.cluster.isAuthenticating() ? TOKEN_WORKS : 0);
		this.time.runUntil(begun + CALLS_WORK);
		putOnce();
		this.time.runUntil(begun + STREAMS_WORK);
		this.users.forEach(KvUser::stop);
		this.sessions.forEach(SessionUser::stop);
		putOnce();
		this.time.runUntil(begun + STREAMS_WORK + SESSIONS_WORK);
		for (Write write : this.last) {
			if (write.result() != Write.Result.APPLIED) {
				this.history.complain("everything is well again, but not for a " + write);
			}
		}
		this.sessions.forEach(SessionUser::checkHealth);
		this.leases.forEach(LeaseUser::checkHealth);
		this.clients.forEach(this::complainAboutComplaints);
		this.cluster.members().stream().map(Member::health).forEach((health) -> {
			if (health.streams() > this.clients.size()) {
				this.history.complain(health.streams() + " health streams at one member");
			}
		});
		WatchChecker watches = new WatchChecker(this.cluster.store().history(), this.cluster.compactions(),
				this.history::complain);
		List<Observed> open = this.history.watches().stream().filter((watch) -> watch.end() == null).toList();
		long revision = this.cluster.store().revision();
		open.forEach((watch) -> watches.check(watch, revision));
		end();
		this.history.watches().forEach((watch) -> {
			if (watch.end() == null) {
				this.history.complain(watch + " outlives its client");
			}
			watches.check(watch, 0);
		});
		this.sessions.forEach(SessionUser::checkGuarded);
		WriteChecker.check(this.history.writes(), this.cluster.store().history(), this.history::complain);
		ReadChecker.check(this.history.reads(), this.cluster.store(), this.history::complain);
	}

	private void populate(SimulatedClient client) {
		Chance own = this.chance.split();
		int loops = 1 + own.below(2);
		for (int i = 0; i < loops; i++) {
			KvUser user = new KvUser(client, own.split(), this.history);
			this.users.add(user);
			this.time.after(own.millis(0, 500), user::start);
		}
		int watches = own.below(4);
		for (int i = 0; i < watches; i++) {
			WatchUser user = new WatchUser(client, own.split(), this.history, "w" + i);
			this.time.after(own.millis(0, 6000), user::start);
		}
		boolean elects = own.of(0.5);
		if (this.contest || own.of(0.5)) {
			contend(client, own, elects);
		}
		if (this.contest) {
			contend(client, own, !elects);
			contend(client, own, elects);
		}
		if (own.of(0.3)) {
			LeaseUser user = new LeaseUser(client, own.split(), this.history, this.holders);
			this.leases.add(user);
			this.time.after(own.millis(0, 5000), user::start);
		}
	}

	private void contend(SimulatedClient client, Chance own, boolean elects) {
		SessionUser user = new SessionUser(client, own.split(), this.history, this.holders, this.cluster, elects);
		this.sessions.add(user);
		this.time.after(own.millis(0, 3000), user::start);
	}

	private void putOnce() {
		for (SimulatedClient client : this.clients) {
			if (!client.isClosed()) {
				KvUser user = new KvUser(client, this.chance, this.history);
				this.last.add(user.put(KvUser.PREFIX + "0", Duration.ofSeconds(2)));
				this.last.add(user.put(KvUser.PREFIX + "1", Duration.ofSeconds(2)));
			}
		}
	}

	private void end() {
		this.clients.forEach(SimulatedClient::close);
		this.time.runUntil(this.time.now() + this.clients.stream().mapToLong(Simulation::patience).max().orElse(0));
		this.clients.forEach(this::complainAboutRemains);
		int running = this.users.stream().mapToInt(KvUser::running).sum()
				+ this.sessions.stream().mapToInt(SessionUser::running).sum()
				+ this.leases.stream().mapToInt(LeaseUser::running).sum();
		if (running > 0) {
			this.history.complain(running + " calls outlive their client");
		}
		int asked = this.cluster.members().stream().mapToInt((member) -> member.health().streams()).sum();
		if (asked > 0) {
			this.history.complain(asked + " health streams outlive their client at the members");
		}
		int served = this.cluster.members().stream().mapToInt(Member::watches).sum();
		if (served > 0) {
			this.history.complain(served + " watch streams outlive their client at the members");
		}
	}

	private void complainAboutComplaints(SimulatedClient client) {
		String endpoints = client.describeEndpoints();
		if (endpoints.contains("but it")) {
			this.history.complain("everything is well again, but not for " + client + ": " + endpoints);
		}
	}

	// A second, and what callbacks that hand on to others wait for their threads.
	private static long patience(SimulatedClient client) {
		return SECOND + 4 * client.longestCallback();
	}

	private void complainAboutRemains(SimulatedClient client) {
		String remains = client.remains();
		if (!remains.isEmpty()) {
			this.history.complain("left of " + client + " a second after its end: " + remains);
		}
	}

	/**
	 * What came of a schedule.
	 *
	 * @param seed its seed
	 * @param hash the fingerprint of all that happened
	 * @param complaints what was wrong
	 * @param notes what happened, if that was wanted
	 * @param events how much that was
	 * @param nanos how long it took
	 * @param contended how long of that several wanted the same lock or leadership
	 */
	record Result(long seed, long hash, List<String> complaints, String notes, long events, long nanos,
			long contended) {

		@Override
		public String toString() {
			return "seed " + this.seed + ": "
					+ String.join("\n", this.complaints.subList(0, Math.min(10, this.complaints.size())));
		}

	}

}
