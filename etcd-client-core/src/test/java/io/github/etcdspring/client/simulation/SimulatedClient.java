/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.List;
import java.util.concurrent.Executor;

import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.lease.Leases;
import io.github.etcdspring.client.session.Sessions;
import io.github.etcdspring.client.transport.SimulatedTimer;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.watch.Watches;

/**
 * A client of the product, whole but for its network, its time and its threads.
 */
final class SimulatedClient {

	private final int number;

	private final VirtualTime time;

	private final Chance chance;

	private final ClientOptions options;

	private final SimulatedTimer timer;

	private final TestClient client;

	private final Transport transport;

	private final Kv kv;

	private final Watches watches;

	private final Leases leases;

	private final Sessions sessions;

	private final List<Link> links;

	private int callbacks;

	private long busyUntil;

	private long longestBusy;

	private long longestPause;

	private boolean closed;

	SimulatedClient(int number, VirtualTime time, Chance chance, ClientOptions options, List<String> endpoints,
			List<Link> links) {
		this.number = number;
		this.time = time;
		this.chance = chance;
		this.options = options;
		this.links = links;
		this.timer = new SimulatedTimer(time::now, (nanos, task) -> time.after(nanos, task)::cancel);
		TestClient.Settings settings = TestClient.of(endpoints.toArray(String[]::new))
			.strategy(options.strategy())
			.timeout(options.timeout())
			.connectTimeout(options.connectTimeout())
			.maxRetries(options.maxRetries())
			.retryReads(options.retryReads())
			.random(chance.toRandom())
			.timer(this.timer)
			.callbackExecutor(callbackExecutor());
		if (options.authenticates()) {
			settings.credentials("root", "secret");
		}
		if (options.checksLeader()) {
			settings.leaderCheck();
		}
		this.client = settings.open();
		this.transport = this.client.transport();
		this.kv = new Kv(this.transport, Namespace.NONE);
		this.watches = new Watches(this.transport, Namespace.NONE);
		this.leases = new Leases(this.transport, Namespace.NONE);
		this.sessions = new Sessions(this.transport, this.kv, this.leases, this.watches);
	}

	// Threads that are busy sometimes, and do not care for the order.
	private Executor callbackExecutor() {
		return (task) -> {
			this.callbacks++;
			long longest = this.options.longestCallback();
			long delay = this.chance.of(0.05) ? (long) (longest * (this.chance.below(1000) / 1000.0))
					: this.chance.below(200_000);
			this.time.after(Math.max(delay, this.busyUntil - this.time.now()), () -> {
				this.callbacks--;
				task.run();
			});
		};
	}

	/**
	 * Let all callbacks wait, as when the application keeps all of its threads.
	 * @param nanos for how long
	 */
	void keepBusy(long nanos) {
		this.busyUntil = Math.max(this.busyUntil, this.time.now() + nanos);
		this.longestBusy = Math.max(this.longestBusy, this.busyUntil - this.time.now());
	}

	/**
	 * Set the clock of its machine.
	 * @param millis how far, forwards or backwards
	 */
	void jump(long millis) {
		this.timer.jump(millis);
	}

	/**
	 * Let its process do nothing for a while: no timer runs, nothing is sent or received,
	 * nothing is called back.
	 * @param nanos for how long
	 */
	void pause(long nanos) {
		this.timer.pause(nanos);
		this.longestPause = Math.max(this.longestPause, nanos);
		keepBusy(nanos);
		this.links.forEach(Link::stall);
	}

	/** Its process goes on. */
	void resume() {
		this.links.forEach(Link::unstall);
	}

	/**
	 * Return how long a callback may have waited for a thread.
	 * @return nanoseconds
	 */
	long longestCallback() {
		return this.options.longestCallback() + this.longestBusy + this.longestPause;
	}

	int number() {
		return this.number;
	}

	VirtualTime time() {
		return this.time;
	}

	ClientOptions options() {
		return this.options;
	}

	Transport transport() {
		return this.transport;
	}

	/**
	 * Say for each endpoint whether it is connected, and what is wrong with it.
	 * @return the endpoints in words
	 */
	String describeEndpoints() {
		return this.client.describeEndpoints();
	}

	Kv kv() {
		return this.kv;
	}

	Watches watches() {
		return this.watches;
	}

	Leases leases() {
		return this.leases;
	}

	Sessions sessions() {
		return this.sessions;
	}

	boolean isClosed() {
		return this.closed;
	}

	void close() {
		if (!this.closed) {
			this.closed = true;
			this.time.note("c%d closes", this.number);
			this.sessions.closeAsync();
			// As long as the client waits for its sessions.
			this.time.after(this.chance.millis(0, 200), this.transport::close);
		}
	}

	/**
	 * Say what is left of a closed client.
	 * @return the remains in words, empty if there are none
	 */
	String remains() {
		StringBuilder remains = new StringBuilder();
		if (this.timer.waiting() > 0) {
			remains.append(this.timer.waiting()).append(" timer tasks ");
		}
		if (this.callbacks > 0) {
			remains.append(this.callbacks).append(" callbacks ");
		}
		for (Link link : this.links) {
			for (SimulatedChannel channel : link.channels()) {
				if (!channel.isTerminated()) {
					remains.append("a channel to ").append(link).append(' ');
				}
			}
			if (link.connections() > 0) {
				remains.append(link.connections()).append(" connections to ").append(link).append(' ');
			}
		}
		return remains.toString();
	}

	@Override
	public String toString() {
		return "c" + this.number;
	}

}
