/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Leadership;
import io.github.etcdspring.client.session.Session;

/**
 * An application with a session that holds a lock, or leads, again and again, and does
 * something meanwhile that nobody else must do.
 */
final class SessionUser {

	private static final String LOCK = "lock";

	private static final String ELECTION = "leader";

	private final SimulatedClient client;

	private final Chance chance;

	private final History history;

	private final Holders holders;

	private final Store truth;

	private final boolean elects;

	private final List<Guarded> guarded = new ArrayList<>();

	private @Nullable Session session;

	private int running;

	SessionUser(SimulatedClient client, Chance chance, History history, Holders holders, Store truth) {
		this.client = client;
		this.chance = chance;
		this.history = history;
		this.holders = holders;
		this.truth = truth;
		this.elects = chance.of(0.5);
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

	private void contend(Session opened) {
		if (this.client.isClosed()) {
			return;
		}
		Duration patience = Duration.ofMillis(this.chance.between(10, 6000));
		this.running++;
		if (this.elects) {
			opened.election(ELECTION)
				.campaign(this.history.newValue())
				.timeout(patience)
				.async()
				.whenComplete((leader, ex) -> ended(opened, (leader != null) ? Place.of(leader) : null));
		}
		else {
			opened.lock(LOCK)
				.acquire()
				.timeout(patience)
				.async()
				.whenComplete((lock, ex) -> ended(opened, (lock != null) ? Place.of(lock) : null));
		}
	}

	private void ended(Session opened, @Nullable Place place) {
		this.running--;
		this.client.time().mix((place != null) ? place.token() : -5);
		if (place == null) {
			later(() -> contend(opened));
			return;
		}
		this.client.time().note("%s holds %s with %d", this.client, place.prefix(), place.token());
		this.holders.holds(place);
		this.holders.check(this.truth);
		int writes = this.chance.below(4);
		for (int i = 0; i < writes; i++) {
			this.client.time().after(this.chance.millis(0, 800), () -> write(place));
		}
		// Sometimes for longer than a lease lives.
		int longest = this.chance.of(0.3) ? 9000 : 800;
		this.client.time().after(this.chance.millis(0, longest), () -> {
			if (this.client.isClosed()) {
				return;
			}
			this.client.time().note("%s gives up %s with %d", this.client, place.prefix(), place.token());
			this.running++;
			place.release().get().whenComplete((nothing, ex) -> {
				this.running--;
				this.holders.lets(place);
				later(() -> contend(opened));
			});
		});
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

	/** Check, when all is well again, that its session is, too. */
	void checkHealth() {
		if (this.client.isClosed()) {
			return;
		}
		Session opened = this.session;
		if (opened == null || !opened.state().isAlive()) {
			this.history.complain("everything is well again, but not for the session of " + this.client + ": "
					+ ((opened != null) ? opened.state() : "there is none"));
		}
	}

	/** Check what it has written. */
	void checkGuarded() {
		this.guarded.forEach((each) -> this.holders.checkGuarded(each.write(), each.place().prefix(),
				each.place().token(), this.truth));
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
	private record Place(String prefix, long token, Compare fence, BooleanSupplier held,
			Supplier<CompletableFuture<Void>> release) implements Holders.Held {

		static Place of(HeldLock lock) {
			return new Place(LOCK + "/", lock.fencingToken(), lock.fence(), lock::isHeld, lock::closeAsync);
		}

		static Place of(Leadership leader) {
			return new Place(ELECTION + "/", leader.fencingToken(), leader.fence(), leader::isHeld, leader::resign);
		}

		@Override
		public boolean isHeld() {
			return this.held.getAsBoolean();
		}

	}

}
