/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Leadership;
import io.github.etcdspring.client.session.Session;

/**
 * An application with a session that holds a lock, or leads, again and again, and does
 * something meanwhile that nobody else must do. Sometimes it goes away while it waits, or
 * its session ends then.
 */
final class SessionUser {

	private static final String LOCK = "lock";

	private static final String ELECTION = "leader";

	private final SimulatedClient client;

	private final Chance chance;

	private final History history;

	private final Holders holders;

	private final Cluster cluster;

	private final boolean elects;

	private final List<Guarded> guarded = new ArrayList<>();

	private @Nullable Session session;

	private @Nullable CompletableFuture<?> waiting;

	private @Nullable Place holding;

	private int running;

	private boolean stopped;

	SessionUser(SimulatedClient client, Chance chance, History history, Holders holders, Cluster cluster,
			boolean elects) {
		this.client = client;
		this.chance = chance;
		this.history = history;
		this.holders = holders;
		this.cluster = cluster;
		this.elects = elects;
	}

	/** Begin. */
	void start() {
		if (this.client.isClosed()) {
			return;
		}
		this.running++;
		this.client.sessions()
			.session(Duration.ofSeconds(this.chance.between(1, 6)))
			.async()
			.whenComplete((opened, ex) -> {
				this.running--;
				if (ex != null) {
					later(this::start);
					return;
				}
				this.session = opened;
				keep(opened);
				opened.onRestored(() -> keep(opened));
				contend(opened);
			});
	}

	private void keep(Session opened) {
		long id = opened.leaseId();
		// It may have another one by then.
		this.holders.keeps(id, () -> (opened.leaseId() == id) ? opened.state() : null);
		this.client.time().note("%s has lease %x", this.client, id);
	}

	private String queue() {
		return (this.elects ? ELECTION : LOCK) + "/";
	}

	private void contend(Session opened) {
		if (this.client.isClosed() || this.stopped || this.session != opened) {
			return;
		}
		this.running++;
		this.holders.wants(queue());
		Duration patience = Duration.ofMillis(this.chance.between(10, 6000));
		if (this.elects) {
			CompletableFuture<Leadership> leading = opened.election(ELECTION)
				.campaign(this.history.newValue())
				.timeout(patience)
				.async();
			this.waiting = leading;
			leading.whenComplete((leader, ex) -> ended(opened, (leader != null) ? Place.of(leader) : null));
		}
		else if (this.chance.of(0.1)) {
			CompletableFuture<Optional<HeldLock>> locking = opened.lock(LOCK).tryAcquire().async();
			this.waiting = locking;
			locking.whenComplete((lock, ex) -> ended(opened, (lock != null) ? lock.map(Place::of).orElse(null) : null));
		}
		else {
			CompletableFuture<HeldLock> locking = opened.lock(LOCK).acquire().timeout(patience).async();
			this.waiting = locking;
			locking.whenComplete((lock, ex) -> ended(opened, (lock != null) ? Place.of(lock) : null));
		}
		disturb(opened);
	}

	// While it waits, or has just begun with what it waited for.
	private void disturb(Session opened) {
		CompletableFuture<?> asked = this.waiting;
		long when = this.chance.millis(0, 3000);
		switch (this.chance.below(12)) {
			case 0, 1 -> this.client.time().after(when, () -> {
				if (asked != null && !asked.isDone()) {
					this.client.time().note("%s goes away", this.client);
					asked.cancel(true);
				}
			});
			case 2 -> this.client.time().after(when, () -> revoke(opened.leaseId()));
			case 3 -> this.client.time().after(when, () -> replace(opened));
			default -> {
				// Nothing happens.
			}
		}
	}

	// Somebody revokes the lease, which nobody can know before he is told so.
	private void revoke(long lease) {
		if (this.cluster.leader() != null && this.cluster.leases().exists(lease) && !this.client.isClosed()
				&& !this.stopped) {
			this.client.time().note("somebody revokes lease %x of %s", lease, this.client);
			this.holders.disown(lease);
			this.cluster.commit(() -> this.cluster.leases().revoke(lease));
		}
	}

	// The application ends its session and begins another one.
	private void replace(Session opened) {
		if (this.session == opened && !this.client.isClosed() && !this.stopped) {
			this.client.time().note("%s closes its session", this.client);
			this.running++;
			opened.closeAsync().whenComplete((nothing, ex) -> {
				this.running--;
				later(this::start);
			});
			this.session = null;
		}
	}

	private void ended(Session opened, @Nullable Place place) {
		this.running--;
		this.client.time().mix((place != null) ? place.token() : -5);
		if (this.session != opened) {
			// It has another one by now.
			this.holders.wantsNoMore(queue());
			if (place != null) {
				this.holders.holds(place);
				place.letGo();
			}
			return;
		}
		this.waiting = null;
		if (place == null) {
			this.holders.wantsNoMore(queue());
			again(opened);
			return;
		}
		this.client.time().note("%s holds %s with %d", this.client, place.prefix(), place.token());
		this.holding = place;
		this.holders.holds(place);
		this.holders.check(this.cluster.store());
		int writes = this.chance.below(4);
		for (int i = 0; i < writes; i++) {
			this.client.time().after(this.chance.millis(0, 800), () -> write(place));
		}
		if (!this.elects && this.chance.of(0.2)) {
			this.client.time().after(this.chance.millis(0, 3000), () -> shareLock(opened));
		}
		// Sometimes for longer than a lease lives.
		int longest = this.chance.of(0.3) ? 9000 : 800;
		this.client.time().after(this.chance.millis(0, longest), () -> release(opened, place));
	}

	private void release(Session opened, Place place) {
		if (this.client.isClosed() || this.holding != place) {
			return;
		}
		this.holding = null;
		this.client.time().note("%s gives up %s with %d", this.client, place.prefix(), place.token());
		this.running++;
		place.release().get().whenComplete((nothing, ex) -> {
			this.running--;
			this.holders.lets(place);
			this.holders.wantsNoMore(queue());
			again(opened);
		});
	}

	// Another part of the application wants the lock, too, for a moment.
	private void shareLock(Session opened) {
		if (this.client.isClosed() || this.stopped) {
			return;
		}
		this.running++;
		Duration patience = Duration.ofMillis(this.chance.between(10, 3000));
		opened.lock(LOCK).acquire().timeout(patience).async().whenComplete((lock, ex) -> {
			this.running--;
			if (lock == null || this.client.isClosed()) {
				return;
			}
			Place place = Place.of(lock);
			this.client.time().note("%s shares %s with %d", this.client, place.prefix(), place.token());
			this.holders.holds(place);
			this.holders.check(this.cluster.store());
			this.client.time().after(this.chance.millis(0, 500), () -> {
				this.holders.lets(place);
				if (!this.client.isClosed()) {
					place.letGo();
				}
			});
		});
	}

	private void again(Session opened) {
		later(() -> contend(opened));
	}

	// Whether it is held still or not: that is what the guard is for.
	private void write(Place place) {
		if (this.client.isClosed()) {
			return;
		}
		Write write = new Write(place.prefix() + "guarded", this.history.newValue(), this.client.time().now());
		this.history.writes().add(write);
		this.guarded.add(new Guarded(write, place));
		this.client.kv()
			.txn()
			.when(place.fence())
			.then(Op.put("g/" + write.key(), String.valueOf(write.value())))
			.async()
			.whenComplete((answer, ex) -> {
				long now = this.client.time().now();
				if (answer != null) {
					this.history.acknowledge(answer.revision());
					write.ended(answer.succeeded() ? Write.Result.APPLIED : Write.Result.REFUSED, answer.revision(),
							now);
				}
				else {
					boolean not = ex instanceof EtcdException cause && cause.outcome() == Outcome.NOT_APPLIED;
					write.ended(not ? Write.Result.NOT_APPLIED : Write.Result.UNKNOWN, 0, now);
				}
			});
	}

	/** Want nothing more, and give up what there is. */
	void stop() {
		this.stopped = true;
		CompletableFuture<?> asked = this.waiting;
		if (asked != null) {
			asked.cancel(true);
		}
		Session opened = this.session;
		Place place = this.holding;
		if (opened != null && place != null) {
			release(opened, place);
		}
	}

	/**
	 * Check, when all is well again, that its session is, too, and that nothing is left
	 * of it in the queue.
	 */
	void checkHealth() {
		if (this.client.isClosed()) {
			return;
		}
		Session opened = this.session;
		if (opened == null || !opened.state().isAlive()) {
			this.history.complain("everything is well again, but not for the session of " + this.client + ": "
					+ ((opened != null) ? opened.state() : "there is none"));
		}
		else if (this.cluster.store()
			.find(queue() + Long.toHexString(opened.leaseId()), this.cluster.store().revision()) != null) {
			this.history.complain(this.client + " wants nothing, but has left a key in " + queue());
		}
	}

	/** Check what it has written. */
	void checkGuarded() {
		this.guarded.forEach((each) -> this.holders.checkGuarded(each.write(), each.place().prefix(),
				each.place().token(), this.cluster.store()));
	}

	int running() {
		return this.running;
	}

	private void later(Runnable step) {
		this.client.time().after(this.chance.millis(1, 300), step);
	}

	private record Guarded(Write write, Place place) {
	}

	/**
	 * A lock or a leadership.
	 */
	private record Place(String prefix, long lease, long token, Compare fence, BooleanSupplier held,
			Supplier<CompletableFuture<Void>> release) implements Holders.Held {

		void letGo() {
			CompletableFuture<Void> unused = this.release.get();
		}

		static Place of(HeldLock lock) {
			return new Place(LOCK + "/", lease(lock.key()), lock.fencingToken(), lock.fence(), lock::isHeld,
					lock::closeAsync);
		}

		static Place of(Leadership leader) {
			return new Place(ELECTION + "/", leader.leaseId(), leader.fencingToken(), leader.fence(), leader::isHeld,
					leader::resign);
		}

		private static long lease(Bytes key) {
			return Long.parseUnsignedLong(key.asUtf8().substring(LOCK.length() + 1), 16);
		}

		@Override
		public boolean isHeld() {
			return this.held.getAsBoolean();
		}

	}

}
