/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The line from one client to one member: how slow it is, whether it is stalled, and the
 * connections on it.
 */
final class Link {

	private static final long CONNECT_TIMEOUT = 20_000_000_000L;

	/** TCP repeats itself after a second, then after twice as long each time. */
	private static final long RETRANSMISSION = 1_000_000_000L;

	private final VirtualTime time;

	private final Chance chance;

	private final Member member;

	private final int client;

	private final List<SimulatedChannel> channels = new ArrayList<>();

	private final Set<Connection> connections = new LinkedHashSet<>();

	/** They have reached a process that does nothing. */
	private final List<Dial> waiting = new ArrayList<>();

	/** They have reached nobody, and are repeated later and later. */
	private final List<Dial> unheard = new ArrayList<>();

	private int slowest = 2;

	private boolean stalled;

	private boolean refusing;

	/** After so many more messages the connection breaks, 0 if it does not. */
	private int cutAfter;

	Link(VirtualTime time, Chance chance, Member member, int client) {
		this.time = time;
		this.chance = chance;
		this.member = member;
		this.client = client;
		member.joined(this);
	}

	VirtualTime time() {
		return this.time;
	}

	Chance chance() {
		return this.chance;
	}

	Member member() {
		return this.member;
	}

	SimulatedChannel newChannel() {
		SimulatedChannel channel = new SimulatedChannel(this);
		this.channels.add(channel);
		return channel;
	}

	int client() {
		return this.client;
	}

	List<SimulatedChannel> channels() {
		return this.channels;
	}

	long connections() {
		return this.connections.stream().filter(Connection::isOpen).count();
	}

	long latency() {
		return this.chance.millis(0, this.slowest) + 50_000;
	}

	void slowest(int millis) {
		this.slowest = millis;
	}

	boolean isStalled() {
		return this.stalled;
	}

	/** Whether nothing comes back at the moment. */
	boolean isSilent() {
		return this.stalled || this.member.isFrozen();
	}

	/** Hold everything up, as when packets are lost. */
	void stall() {
		this.stalled = true;
		silenced();
	}

	void silenced() {
		List.copyOf(this.connections).forEach(Connection::silenced);
	}

	/** Let everything through again. */
	void unstall() {
		this.stalled = false;
		resumed();
	}

	void resumed() {
		if (!isSilent()) {
			List.copyOf(this.connections).forEach(Connection::resumed);
			List<Dial> dials = List.copyOf(this.waiting);
			this.waiting.clear();
			dials.forEach((dial) -> dialled(dial, RETRANSMISSION));
		}
	}

	void refuse(boolean refusing) {
		this.refusing = refusing;
	}

	void cutAfter(int messages) {
		this.cutAfter = messages;
	}

	void cut() {
		List.copyOf(this.connections).forEach(Connection::cut);
	}

	/** Lose the connections without telling anybody. */
	void lose() {
		List.copyOf(this.connections).forEach(Connection::lose);
	}

	/** Everything works again, for those at least who connect again. */
	void heal() {
		this.slowest = 2;
		this.refusing = false;
		this.cutAfter = 0;
		unstall();
		List.copyOf(this.connections).forEach(Connection::healed);
	}

	/** The member has died. */
	void killed() {
		List.copyOf(this.connections).forEach(Connection::killed);
		resumed();
	}

	/**
	 * A message is being sent.
	 * @param connection the connection
	 */
	void sending(Connection connection) {
		if (this.cutAfter > 0) {
			this.cutAfter--;
			if (this.cutAfter == 0) {
				this.time.note("c%d-m%d is cut at a message", this.client, this.member.id());
				connection.cut();
			}
		}
	}

	/**
	 * Try to connect.
	 * @param dial is told the result
	 */
	void dial(Dial dial) {
		this.member.cluster().traffic().dialled(this);
		this.time.after(2 * latency(), () -> dialled(dial, RETRANSMISSION));
		this.time.after(CONNECT_TIMEOUT, () -> {
			if (this.waiting.remove(dial) || this.unheard.remove(dial)) {
				dial.failed("connection timed out");
			}
		});
	}

	private void dialled(Dial dial, long pause) {
		if (this.stalled) {
			this.unheard.add(dial);
			this.time.after(pause, () -> {
				if (this.unheard.remove(dial)) {
					dialled(dial, 2 * pause);
				}
			});
		}
		else if (this.refusing || !this.member.isAlive()) {
			dial.failed("Connection refused");
		}
		else if (this.member.isFrozen()) {
			this.waiting.add(dial);
		}
		else {
			Connection connection = new Connection(this);
			this.connections.add(connection);
			dial.connected(connection);
		}
	}

	void closed(Connection connection) {
		this.connections.remove(connection);
	}

	@Override
	public String toString() {
		return "c" + this.client + "-m" + this.member.id();
	}

	/**
	 * One attempt to connect.
	 */
	interface Dial {

		void connected(Connection connection);

		void failed(String why);

	}

}
