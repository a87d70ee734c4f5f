/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;

import io.grpc.Status;

import io.github.etcdspring.proto.ResponseHeader;

/**
 * One member: a process that can be frozen, killed and cut off, with its own view of the
 * log.
 */
final class Member {

	private final Cluster cluster;

	private final int id;

	private final String version;

	private final Services services;

	private final HealthServer health = new HealthServer(this);

	private final List<Link> links = new ArrayList<>();

	private final Queue<Runnable> inbox = new ArrayDeque<>();

	private final List<Waiting> waiting = new ArrayList<>();

	private final List<Runnable> leaderless = new ArrayList<>();

	private final Set<WatchServer> watches = new LinkedHashSet<>();

	private final Set<ServerCall> leaderStreams = new LinkedHashSet<>();

	private final Set<String> tokens = new LinkedHashSet<>();

	private boolean alive = true;

	private boolean frozen;

	private boolean partitioned;

	private boolean lagging;

	private boolean overloaded;

	private boolean knowsLeader = true;

	private boolean doubting;

	/** Grows with each start. */
	private int life;

	private int doubts;

	private int applied;

	private long revision = 1;

	private long compacted;

	Member(Cluster cluster, int id, String version) {
		this.cluster = cluster;
		this.id = id;
		this.version = version;
		this.services = new Services(this);
	}

	Cluster cluster() {
		return this.cluster;
	}

	VirtualTime time() {
		return this.cluster.time();
	}

	int id() {
		return this.id;
	}

	String version() {
		return this.version;
	}

	long revision() {
		return this.revision;
	}

	long compacted() {
		return this.compacted;
	}

	void joined(Link link) {
		this.links.add(link);
	}

	HealthServer health() {
		return this.health;
	}

	boolean isAlive() {
		return this.alive;
	}

	boolean isFrozen() {
		return this.frozen;
	}

	boolean isOverloaded() {
		return this.overloaded;
	}

	void overloaded(boolean overloaded) {
		this.overloaded = overloaded;
	}

	boolean isHealthy() {
		return this.alive && !this.frozen && !this.partitioned;
	}

	boolean knowsLeader() {
		return this.knowsLeader;
	}

	/**
	 * Let the process do something, now or when it runs again.
	 * @param task what to do
	 */
	void execute(Runnable task) {
		if (this.frozen) {
			this.inbox.add(task);
		}
		else if (this.alive) {
			task.run();
		}
	}

	VirtualTime.Event after(long nanos, Runnable task) {
		int now = this.life;
		return time().after(nanos, () -> {
			if (this.life == now) {
				execute(task);
			}
		});
	}

	ServerCall.Handler accept(ServerCall call) {
		return this.services.accept(call);
	}

	void kill() {
		this.alive = false;
		this.frozen = false;
		this.life++;
		this.inbox.clear();
		this.waiting.clear();
		this.leaderless.clear();
		this.tokens.clear();
		this.links.forEach(Link::killed);
		this.watches.clear();
		this.leaderStreams.clear();
		this.health.restarted();
		this.doubting = false;
		this.doubts++;
		this.cluster.changed();
	}

	void restart() {
		this.alive = true;
		this.knowsLeader = false;
		this.cluster.changed();
		catchUp();
	}

	void freeze() {
		this.frozen = true;
		this.links.forEach(Link::silenced);
		this.cluster.changed();
	}

	void unfreeze() {
		this.frozen = false;
		// What has arrived comes before what the lines still hold.
		while (!this.frozen && !this.inbox.isEmpty()) {
			this.inbox.remove().run();
		}
		this.links.forEach(Link::resumed);
		this.cluster.changed();
		catchUp();
	}

	void partition(boolean cutOff) {
		this.partitioned = cutOff;
		this.cluster.changed();
		catchUp();
	}

	void lag(boolean behind) {
		this.lagging = behind;
		catchUp();
	}

	private void catchUp() {
		Chance chance = this.cluster.chance();
		after(chance.millis(this.lagging ? 50 : 0, this.lagging ? 400 : 30), () -> {
			if (isHealthy()) {
				int behind = this.cluster.log().size() - this.applied;
				applyTo(this.applied + (this.lagging ? chance.between(0, behind) : behind));
			}
			if (this.lagging) {
				catchUp();
			}
		});
	}

	/** There is more in the log. */
	void follow() {
		if (isHealthy() && !this.lagging) {
			applyTo(this.cluster.log().size());
		}
	}

	private void applyTo(int index) {
		while (this.applied < index) {
			Cluster.Entry entry = this.cluster.log().get(this.applied++);
			this.revision = entry.revision();
			if (entry.compacted() != this.compacted) {
				// Whoever is in time has been told of everything before.
				List.copyOf(this.watches).forEach(WatchServer::applied);
				this.compacted = entry.compacted();
			}
		}
		List.copyOf(this.watches).forEach(WatchServer::applied);
		List<Waiting> ready = this.waiting.stream().filter((each) -> each.index <= this.applied).toList();
		this.waiting.removeAll(ready);
		ready.forEach((each) -> execute(each.task));
	}

	/**
	 * Do something once a part of the log is applied here.
	 * @param index the place in the log
	 * @param task what to do; forgotten if the process dies before
	 */
	void whenApplied(int index, Runnable task) {
		if (!this.alive) {
			return;
		}
		if (this.applied >= index) {
			execute(task);
		}
		else {
			this.waiting.add(new Waiting(index, task));
		}
	}

	/** The cluster has got, or lost, its leader, or this member has lost it. */
	void leaderChanged() {
		if (this.cluster.serves(this)) {
			this.knowsLeader = true;
			this.doubting = false;
			this.doubts++;
			List<Runnable> tasks = List.copyOf(this.leaderless);
			this.leaderless.clear();
			tasks.forEach(this::execute);
		}
		else if (!this.doubting && this.alive) {
			this.doubting = true;
			int doubt = this.doubts;
			Chance chance = this.cluster.chance();
			after(chance.millis(1000, 1500), () -> {
				if (this.doubts == doubt) {
					this.knowsLeader = false;
				}
			});
			after(chance.millis(3000, 5000), () -> {
				if (this.doubts == doubt) {
					List.copyOf(this.leaderStreams).forEach((call) -> call.close(noLeader()));
					this.health.leaderLost();
				}
			});
		}
	}

	/**
	 * Do something when there is a leader.
	 * @param task what to do
	 */
	void withLeader(Runnable task) {
		if (this.cluster.serves(this)) {
			task.run();
		}
		else {
			this.leaderless.add(task);
		}
	}

	static Status noLeader() {
		return Status.UNAVAILABLE.withDescription("etcdserver: no leader");
	}

	void opened(ServerCall stream) {
		if (stream.requiresLeader()) {
			this.leaderStreams.add(stream);
		}
	}

	void ended(ServerCall stream) {
		this.leaderStreams.remove(stream);
	}

	void opened(WatchServer watch) {
		this.watches.add(watch);
	}

	void ended(WatchServer watch) {
		this.watches.remove(watch);
	}

	Set<String> tokens() {
		return this.tokens;
	}

	ResponseHeader header(long revision) {
		return ResponseHeader.newBuilder()
			.setClusterId(-7)
			.setMemberId(this.id)
			.setRevision(revision)
			.setRaftTerm(this.cluster.term())
			.build();
	}

	/**
	 * Return how many streams it serves.
	 * @return the number
	 */
	int watches() {
		return this.watches.size();
	}

	private record Waiting(int index, Runnable task) {
	}

}
