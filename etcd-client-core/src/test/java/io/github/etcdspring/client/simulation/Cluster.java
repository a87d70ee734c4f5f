/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The members together: their log, their leader, and who can reach whom. What is
 * committed is applied to one store at once; each member shows of it what it has applied.
 */
final class Cluster {

	private final VirtualTime time;

	private final Chance chance;

	private final Traffic traffic;

	private final Store store;

	private final LeaseKeeper leases;

	private final KvServer kv;

	private final List<Member> members = new ArrayList<>();

	private final List<Entry> log = new ArrayList<>();

	private final List<Proposal> stuck = new ArrayList<>();

	private final List<Long> compactions = new ArrayList<>();

	private Runnable committed = () -> {
	};

	private final boolean authenticating;

	private int tokens;

	private @Nullable Member leader;

	private int lastLeader = 1;

	private boolean electing;

	private long term = 1;

	private long compacted;

	Cluster(VirtualTime time, Chance chance, int size, String version, boolean authenticating) {
		this.time = time;
		this.chance = chance;
		this.authenticating = authenticating;
		this.traffic = new Traffic(time);
		this.store = new Store(time);
		this.leases = new LeaseKeeper(time, chance, this);
		this.kv = new KvServer(this.store, this.leases);
		for (int i = 1; i <= size; i++) {
			this.members.add(new Member(this, i, version));
		}
		this.leader = this.members.get(0);
	}

	VirtualTime time() {
		return this.time;
	}

	Chance chance() {
		return this.chance;
	}

	List<Member> members() {
		return this.members;
	}

	Traffic traffic() {
		return this.traffic;
	}

	Store store() {
		return this.store;
	}

	LeaseKeeper leases() {
		return this.leases;
	}

	boolean isAuthenticating() {
		return this.authenticating;
	}

	String newToken() {
		this.tokens++;
		String token = "token-" + this.tokens;
		this.members.forEach((member) -> member.tokens().add(token));
		return token;
	}

	KvServer kv() {
		return this.kv;
	}

	@Nullable Member leader() {
		return this.leader;
	}

	/**
	 * Return the member that leads, or led last.
	 * @return its id
	 */
	int leaderId() {
		return this.lastLeader;
	}

	long term() {
		return this.term;
	}

	List<Entry> log() {
		return this.log;
	}

	/**
	 * Return how far history was thrown away, each time.
	 * @return the revisions
	 */
	List<Long> compactions() {
		return this.compactions;
	}

	/**
	 * Look at each revision when it is made.
	 * @param listener is told
	 */
	void afterCommit(Runnable listener) {
		this.committed = listener;
	}

	private boolean hasQuorum() {
		return this.members.stream().filter(Member::isHealthy).count() * 2 > this.members.size();
	}

	/**
	 * Whether a member is in touch with the leader.
	 * @param member the member
	 * @return whether it can serve
	 */
	boolean serves(Member member) {
		return this.leader != null && member.isHealthy();
	}

	/** Who can reach whom has changed. */
	void changed() {
		boolean quorum = hasQuorum();
		if (this.leader != null && (!quorum || !this.leader.isHealthy())) {
			this.leader = null;
		}
		if (this.leader == null && quorum && !this.electing) {
			this.electing = true;
			this.time.after(this.chance.millis(800, 2000), () -> {
				this.electing = false;
				if (this.leader == null && hasQuorum()) {
					elect();
				}
			});
		}
		this.members.forEach(Member::leaderChanged);
		if (this.leader != null) {
			List<Proposal> waiting = List.copyOf(this.stuck);
			this.stuck.clear();
			waiting.forEach(this::resolve);
		}
	}

	/** Make another member the leader. */
	void elect() {
		List<Member> healthy = this.members.stream().filter(Member::isHealthy).toList();
		if (hasQuorum()) {
			this.leader = this.chance.any(healthy);
			this.lastLeader = this.leader.id();
			this.term++;
			this.time.note("m%d leads", this.leader.id());
			this.leases.promote();
			changed();
		}
	}

	// Who knew that there was no leader has waited for one; others may have told the old
	// one, in vain or not.
	private void resolve(Proposal proposal) {
		if (proposal.hasWaited() ? !proposal.isOver() : this.chance.of(0.5)) {
			proposal.commit();
		}
	}

	/**
	 * Change the store in the way that a request wants it. It may be done, late even,
	 * without anybody being told.
	 * @param proposal the request
	 */
	void propose(Proposal proposal) {
		long since = this.term;
		this.time.after(this.chance.millis(0, 3), () -> {
			if (!serves(proposal.via())) {
				proposal.stuck();
				this.stuck.add(proposal);
			}
			else if (this.term != since) {
				if (this.chance.of(0.5)) {
					proposal.commit();
				}
				proposal.leaderChanged();
			}
			else {
				proposal.commit();
			}
		});
	}

	/**
	 * Change the store, and make that known to all who are not behind.
	 * @param change what to do
	 * @return the place in the log
	 */
	int commit(Runnable change) {
		change.run();
		return append();
	}

	private int append() {
		boolean changed = this.store.commit();
		this.log.add(new Entry(this.store.revision(), this.compacted));
		int index = this.log.size();
		if (changed) {
			if (this.time.isNoting()) {
				this.time.note("** %s", this.store.revision(this.store.revision()));
			}
			this.committed.run();
		}
		this.members.forEach(Member::follow);
		return index;
	}

	/**
	 * Throw history away.
	 * @param revision what is before it, and what it has replaced
	 */
	void compact(long revision) {
		if (revision > this.compacted && revision <= this.store.revision() && this.leader != null) {
			this.compacted = revision;
			this.compactions.add(revision);
			this.time.note("compacted at %d", revision);
			append();
		}
	}

	/**
	 * One step of all members.
	 *
	 * @param revision the revision after it
	 * @param compacted what is compacted after it
	 */
	record Entry(long revision, long compacted) {
	}

}
