/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A connection with its streams, as its two ends see it: they do not learn of its end at
 * the same time.
 */
final class Connection {

	private static final long KEEPALIVE = 15_000_000_000L;

	private static final long SERVER_NOTICES = 8_000_000_000L;

	private final Link link;

	private final Member member;

	private final Pipe up;

	private final Pipe down;

	private final Set<SimulatedCall<?, ?>> calls = new LinkedHashSet<>();

	private final Set<ServerCall> served = new LinkedHashSet<>();

	private @Nullable Consumer<String> owner;

	private boolean lost;

	private boolean clientClosed;

	private boolean serverClosed;

	private boolean draining;

	private boolean watchedOver;

	Connection(Link link) {
		this.link = link;
		this.member = link.member();
		this.up = new Pipe(link);
		this.down = new Pipe(link);
	}

	Link link() {
		return this.link;
	}

	Member member() {
		return this.member;
	}

	/**
	 * Give the connection to a channel.
	 * @param owner is told when it ends
	 */
	void owned(Consumer<String> owner) {
		this.owner = owner;
	}

	void add(SimulatedCall<?, ?> call) {
		this.calls.add(call);
		if (this.lost || this.link.isSilent()) {
			keepAlive();
		}
	}

	void remove(SimulatedCall<?, ?> call) {
		this.calls.remove(call);
		if (this.draining && this.calls.isEmpty()) {
			closeByClient();
		}
	}

	void toServer(Runnable delivery) {
		if (!this.clientClosed) {
			this.link.sending(this);
			this.up.send(() -> this.member.execute(delivery));
		}
	}

	void toClient(Runnable delivery) {
		if (!this.serverClosed) {
			this.link.sending(this);
			this.down.send(delivery);
		}
	}

	/**
	 * A call has arrived.
	 * @param call the call
	 * @return whether there is still somebody to answer
	 */
	boolean serve(ServerCall call) {
		return !this.serverClosed && this.served.add(call);
	}

	void served(ServerCall call) {
		this.served.remove(call);
	}

	void resumed() {
		this.up.resume();
		this.down.resume();
	}

	void silenced() {
		if (!this.calls.isEmpty()) {
			keepAlive();
		}
	}

	// What gRPC's pings find out, in the time that they take.
	private void keepAlive() {
		if (!this.watchedOver) {
			this.watchedOver = true;
			this.link.time().after(KEEPALIVE, () -> {
				this.watchedOver = false;
				if ((this.lost || this.link.isSilent()) && !this.calls.isEmpty() && !this.clientClosed) {
					clientLost("Keepalive failed. The connection is likely gone");
					this.up.send(() -> this.member.execute(this::serverLost));
				}
			});
		}
	}

	/** Break it, so that both ends notice soon. What is on its way may still arrive. */
	void cut() {
		if (this.lost) {
			return;
		}
		this.down.close();
		Chance chance = this.link.chance();
		if (chance.of(0.5)) {
			this.up.close();
			this.link.time().after(chance.millis(0, 20), () -> this.member.execute(this::serverLost));
		}
		else {
			this.up.send(() -> this.member.execute(this::serverLost));
		}
		this.lost = true;
		this.link.time().after(chance.millis(0, 20), () -> clientLost("Connection reset by peer"));
	}

	/** The member is gone; the client hears of it if the line works. */
	void killed() {
		serverLost();
		this.up.close();
		if (!this.lost) {
			this.down.send(() -> clientLost("Network closed for unknown reason"));
		}
	}

	/** Nothing arrives any more, and nobody knows. */
	void lose() {
		this.lost = true;
		this.up.close();
		this.down.close();
		silenced();
		this.link.time().after(SERVER_NOTICES, this::serverLost);
	}

	void healed() {
		if (this.lost && !this.clientClosed) {
			this.link.time().after(this.link.latency(), () -> clientLost("Connection reset by peer"));
			serverLost();
		}
	}

	/** The client wants no more streams on it. */
	void drain() {
		this.draining = true;
		if (this.calls.isEmpty()) {
			closeByClient();
		}
	}

	void closeByClient() {
		if (!this.clientClosed) {
			this.clientClosed = true;
			this.down.close();
			this.up.send(() -> this.member.execute(this::serverLost));
			closed();
		}
	}

	boolean isOpen() {
		return !this.clientClosed;
	}

	private void closed() {
		if (this.clientClosed && this.serverClosed) {
			this.link.closed(this);
		}
	}

	private void clientLost(String why) {
		if (this.clientClosed) {
			return;
		}
		this.clientClosed = true;
		this.down.close();
		closed();
		Consumer<String> channel = this.owner;
		if (channel != null) {
			channel.accept(why);
		}
		List.copyOf(this.calls).forEach((call) -> call.connectionLost(why));
	}

	private void serverLost() {
		if (!this.serverClosed) {
			this.serverClosed = true;
			List<ServerCall> all = List.copyOf(this.served);
			this.served.clear();
			all.forEach(ServerCall::cancelled);
			closed();
		}
	}

}
