/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.List;

/**
 * What goes wrong in a schedule, and for how long; and the end of it all.
 */
final class Faults {

	private final VirtualTime time;

	private final Chance chance;

	private final Cluster cluster;

	private final Network network;

	private final List<SimulatedClient> clients;

	private boolean over;

	Faults(VirtualTime time, Chance chance, Cluster cluster, Network network, List<SimulatedClient> clients) {
		this.time = time;
		this.chance = chance;
		this.cluster = cluster;
		this.network = network;
		this.clients = clients;
	}

	/**
	 * Let things go wrong from now on.
	 * @param count how often
	 * @param duration for how long in milliseconds
	 */
	void start(int count, int duration) {
		for (int i = 0; i < count; i++) {
			this.time.after(this.chance.millis(100, duration), this::strike);
		}
	}

	private void strike() {
		if (this.over) {
			return;
		}
		Link link = this.chance.any(this.network.links());
		Member member = this.chance.any(this.cluster.members());
		switch (this.chance.below(22)) {
			case 0 -> note("cut " + link, link::cut);
			case 1, 2 -> {
				int messages = 1 + this.chance.below(30);
				note("cut " + link + " after " + messages + " messages", () -> link.cutAfter(messages));
			}
			case 3 -> during("stall " + link, 6000, link::stall, link::unstall);
			case 4 -> note("lose " + link, link::lose);
			case 5 -> during("refuse " + link, 4000, () -> link.refuse(true), () -> link.refuse(false));
			case 6 -> during("slow " + link, 5000, () -> link.slowest(1500), () -> link.slowest(2));
			case 7, 8 -> kill(member);
			case 9 -> freeze(member);
			case 10 -> during("partition of m" + member.id(), 9000, () -> member.partition(true),
					() -> member.partition(false));
			case 11 -> during("lag of m" + member.id(), 5000, () -> member.lag(true), () -> member.lag(false));
			case 12 -> note("move leader", this.cluster::elect);
			case 13 -> compact();
			case 14 -> note("forget tokens", () -> this.cluster.members().forEach((each) -> each.tokens().clear()));
			case 15, 16 -> {
				SimulatedClient client = this.chance.any(this.clients);
				if (!client.isClosed()) {
					note("no threads for " + client, () -> client.keepBusy(this.chance.millis(100, 6000)));
				}
			}
			case 17, 18 -> during("m" + member.id() + " says it does not serve", 4000,
					() -> member.health().serving(false), () -> member.health().serving(true));
			case 19 -> {
				SimulatedClient client = this.chance.any(this.clients);
				long millis = this.chance.any(List.of(-3_600_000L, -5000L, 5000L, 3_600_000L));
				note("clock of " + client + " jumps by " + millis + " ms", () -> client.jump(millis));
			}
			case 20 -> {
				SimulatedClient client = this.chance.any(this.clients);
				if (!client.isClosed()) {
					long nanos = Math.min(this.chance.millis(100, 8000), Simulation.HEALED - this.time.now());
					note("pause of the process of " + client, () -> client.pause(nanos));
					this.time.after(nanos, () -> note("end of the pause of " + client, client::resume));
				}
			}
			default -> during("overload of m" + member.id(), 1000, () -> member.overloaded(true),
					() -> member.overloaded(false));
		}
	}

	private void compact() {
		long revision = this.cluster.store().revision();
		note("compact", () -> this.cluster.compact(revision - this.chance.below((int) Math.min(20, revision))));
	}

	private void kill(Member member) {
		if (member.isAlive()) {
			during("kill of m" + member.id(), 4000, member::kill, () -> {
				if (!member.isAlive()) {
					member.restart();
				}
			});
		}
	}

	private void freeze(Member member) {
		if (member.isAlive() && !member.isFrozen()) {
			during("freeze of m" + member.id(), 8000, member::freeze, () -> {
				if (member.isFrozen()) {
					member.unfreeze();
				}
			});
		}
	}

	private void during(String what, int longest, Runnable fault, Runnable heal) {
		note(what, fault);
		this.time.after(this.chance.millis(10, longest), () -> {
			if (!this.over) {
				note("end of " + what, heal);
			}
		});
	}

	private void note(String what, Runnable action) {
		this.time.note("-- %s", what);
		action.run();
	}

	/** Put everything right, for good. */
	void heal() {
		this.over = true;
		this.time.note("-- heal everything");
		for (Member member : this.cluster.members()) {
			member.overloaded(false);
			member.health().serving(true);
			member.lag(false);
			member.partition(false);
			if (!member.isAlive()) {
				member.restart();
			}
			if (member.isFrozen()) {
				member.unfreeze();
			}
		}
		List<Link> links = this.network.links();
		links.forEach(Link::heal);
	}

}
