/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.SessionLostException;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Leadership;
import io.github.etcdspring.client.session.Session;
import io.github.etcdspring.test.Fault;
import io.github.etcdspring.test.FaultProxy;
import io.github.etcdspring.test.history.HolderRecorder;
import io.github.etcdspring.test.history.LeaseRecorder;
import io.github.etcdspring.test.history.Recorder;
import io.github.etcdspring.test.history.Write;

/**
 * An application of its own, with its own way to the cluster: it wants the lock, or the
 * leadership, again and again, and counts while it has it. Sometimes it goes away while
 * it waits, or its session ends then.
 */
final class Contestant implements Runnable, AutoCloseable {

	private static final Duration SOON = Duration.ofSeconds(60);

	private final String name;

	private final Contest contest;

	private final Random random;

	private final boolean elects;

	private final List<FaultProxy> links;

	/** Suffers from nothing that is done to the links. */
	private final EtcdClient undisturbed;

	private final EtcdClient client;

	private final Session session;

	private final Recorder recorder;

	/** A lease that somebody revokes: its keeper cannot know before he is told so. */
	private volatile long revoked;

	private @Nullable Prize before;

	private @Nullable HolderRecorder holderBefore;

	private boolean lostBefore;

	private int writes;

	private volatile boolean holding;

	private volatile boolean gotItInTheEnd;

	Contestant(String name, Contest contest, List<String> endpoints, EtcdClient undisturbed, boolean elects,
			Duration ttl, long seed) {
		this.name = name;
		this.contest = contest;
		this.random = new Random(seed);
		this.elects = elects;
		this.undisturbed = undisturbed;
		this.links = endpoints.stream().map(FaultProxy::to).toList();
		this.client = EtcdClient.builder()
			.endpoints(this.links.stream().map(FaultProxy::endpoint).toList())
			.timeout(Duration.ofSeconds(5))
			.build();
		this.recorder = contest.history().process(name);
		this.session = this.client.session(ttl).sync();
		this.session.register(aliveKey(), "").sync();
		believeInLease();
		this.session.onRestored(this::believeInLease);
	}

	private String aliveKey() {
		return "/contest/alive/" + this.name;
	}

	private void believeInLease() {
		long id = this.session.leaseId();
		LeaseRecorder lease = this.recorder.lease(id, aliveKey());
		// Asked twice: the session may get another lease in between.
		this.contest.believes(lease, () -> this.revoked != id && this.session.leaseId() == id
				&& !this.session.state().isLost() && this.session.leaseId() == id);
	}

	String name() {
		return this.name;
	}

	boolean isHolding() {
		return this.holding;
	}

	boolean gotItInTheEnd() {
		return this.gotItInTheEnd;
	}

	void cutOff(Fault fault) {
		this.links.forEach((link) -> link.inflict(fault));
	}

	void heal() {
		this.links.forEach(FaultProxy::heal);
	}

	@Override
	public void run() {
		try {
			while (!this.contest.isStopping()) {
				round(Duration.ofMillis(400 + this.random.nextInt(6000)));
			}
			long end = System.nanoTime() + SOON.toNanos();
			while (!this.gotItInTheEnd && System.nanoTime() - end < 0) {
				this.gotItInTheEnd = acquire(SOON);
			}
		}
		catch (Throwable ex) {
			this.contest.surprises().add(this.name + ": " + ex);
		}
	}

	private void round(Duration patience) throws InterruptedException {
		switch (this.random.nextInt(20)) {
			case 0, 1 -> leave();
			case 2, 3 -> lookOnce();
			case 4 -> dieWaiting(patience);
			default -> acquire(patience);
		}
	}

	private CompletableFuture<? extends AutoCloseable> begin(Duration patience) {
		return this.elects ? this.session.election(Contest.ELECTION).campaign(this.name).timeout(patience).async()
				: this.session.lock(Contest.LOCK).acquire().timeout(patience).async();
	}

	private HolderRecorder recorded() {
		return this.recorder.acquire(queue());
	}

	private String queue() {
		return this.elects ? Contest.ELECTION : Contest.LOCK;
	}

	private boolean acquire(Duration patience) throws InterruptedException {
		HolderRecorder holder = recorded();
		return use(begin(patience), holder);
	}

	/**
	 * Wait for the prize, and use it.
	 * @param pending the prize
	 * @param holder records it
	 * @return whether a write was made
	 */
	private boolean use(CompletableFuture<? extends AutoCloseable> pending, HolderRecorder holder)
			throws InterruptedException {
		try {
			return hold(Prize.of(pending.get()), holder);
		}
		catch (CancellationException ex) {
			this.contest.count(Contest.Event.CANCELLED);
			return false;
		}
		catch (ExecutionException ex) {
			failed(ex.getCause());
			return false;
		}
	}

	private void failed(@Nullable Throwable cause) throws InterruptedException {
		if (cause instanceof SessionLostException) {
			this.contest.count(Contest.Event.DIED_WAITING);
			// Until the session has another lease, about.
			new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
		}
		else if (cause instanceof EtcdException ex && ex.reason() == Reason.TIMEOUT) {
			this.contest.count(Contest.Event.TIMED_OUT);
		}
		else {
			this.contest.surprises().add(this.name + ": " + cause);
		}
	}

	private void leave() throws InterruptedException {
		HolderRecorder holder = recorded();
		CompletableFuture<? extends AutoCloseable> pending = begin(SOON);
		this.contest.pause(Duration.ofMillis(this.random.nextInt(1000)));
		pending.cancel(true);
		use(pending, holder);
	}

	private void lookOnce() throws InterruptedException {
		if (this.elects) {
			return;
		}
		HolderRecorder holder = recorded();
		CompletableFuture<Optional<HeldLock>> pending = this.session.lock(Contest.LOCK)
			.tryAcquire()
			.timeout(Duration.ofSeconds(3))
			.async();
		try {
			Optional<HeldLock> lock = pending.get();
			if (lock.isPresent()) {
				hold(Prize.of(lock.get()), holder);
			}
			else {
				this.contest.count(Contest.Event.NOT_FREE);
			}
		}
		catch (ExecutionException ex) {
			failed(ex.getCause());
		}
	}

	/**
	 * Somebody revokes the lease of the session while it stands in the queue. It may have
	 * won by then, but only what was its.
	 * @param patience how long it waits
	 */
	private void dieWaiting(Duration patience) throws InterruptedException {
		HolderRecorder holder = recorded();
		CompletableFuture<? extends AutoCloseable> pending = begin(patience);
		this.contest.pause(Duration.ofMillis(this.random.nextInt(1000)));
		long lease = this.session.leaseId();
		this.revoked = lease;
		try {
			this.undisturbed.leases().revoke(lease).timeout(Duration.ofSeconds(3)).sync();
		}
		catch (EtcdException ex) {
			// It lives on, or is gone already.
		}
		try {
			Prize prize = Prize.of(pending.get());
			holder.acquired(prize.token());
			this.contest.count(Contest.Event.DIED_HOLDING);
			prize.close();
		}
		catch (ExecutionException ex) {
			failed(ex.getCause());
		}
	}

	private boolean hold(Prize prize, HolderRecorder holder) throws InterruptedException {
		holder.acquired(prize.token());
		this.contest.count(this.elects ? Contest.Event.LED : Contest.Event.LOCKED);
		if (this.lostBefore) {
			this.contest.count(Contest.Event.AGAIN_AFTER_LOSS);
		}
		prize.onLost((cause) -> holder.lost());
		this.contest.believes(holder, prize::isHeld);
		this.holding = true;
		try {
			beRefused(prize);
			return work(prize, holder);
		}
		catch (EtcdException ex) {
			if (ex.outcome() == Outcome.UNKNOWN) {
				this.contest.count(Contest.Event.UNKNOWN);
			}
			return false;
		}
		finally {
			this.holding = false;
			this.lostBefore = !prize.isHeld();
			if (this.lostBefore) {
				this.contest.count(Contest.Event.LOST);
			}
			this.contest.believesNoMore(holder);
			prize.close();
			this.before = prize;
			this.holderBefore = holder;
		}
	}

	// What it had before guards nothing any more.
	private void beRefused(Prize now) {
		Prize former = this.before;
		HolderRecorder formerHolder = this.holderBefore;
		if (former != null && formerHolder != null) {
			if (set(this.undisturbed, -1, former, formerHolder)) {
				this.contest.surprises().add(former.token() + " was let through after " + now.token());
			}
			this.contest.count(Contest.Event.STALE_REFUSED);
		}
	}

	// For a moment, or until it is lost. When an outcome is not known that is the end:
	// the
	// same fence would let a late write through.
	private boolean work(Prize prize, HolderRecorder holder) throws InterruptedException {
		int millis = (this.random.nextInt(4) == 0) ? 6000 : this.random.nextInt(400);
		long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
		String counter = Contest.counter(queue());
		boolean done = false;
		do {
			long value = Contest.number(this.recorder.get(counter).sync(this.client.kv().get(counter))) + 1;
			if (set(this.client, value, prize, holder)) {
				this.contest.count(Contest.Event.COMMITTED);
				done = true;
			}
			this.contest.pause(Duration.ofMillis(this.random.nextInt(100)));
		}
		while (prize.isHeld() && System.nanoTime() - end < 0 && !this.contest.isStopping());
		return done;
	}

	private boolean set(EtcdClient by, long number, Prize prize, HolderRecorder holder) {
		String counter = Contest.counter(queue());
		String value = number + " " + this.name + "-" + this.writes++;
		return this.recorder.txn(Write.put(counter, value))
			.guardedBy(holder)
			.sync(by.kv().txn().when(prize.fence()).then(Op.put(counter, value)))
			.succeeded();
	}

	@Override
	public void close() {
		this.session.close();
		this.client.close();
		this.links.forEach(FaultProxy::close);
	}

	/**
	 * A lock or a leadership.
	 *
	 * @param token its fencing token
	 * @param fence its guard
	 * @param held asks whether it is held
	 * @param lossListeners takes whom to tell of the loss
	 * @param release gives it up
	 */
	private record Prize(long token, Compare fence, BooleanSupplier held,
			Consumer<Consumer<EtcdException>> lossListeners, Runnable release) {

		static Prize of(AutoCloseable won) {
			if (won instanceof HeldLock lock) {
				return new Prize(lock.fencingToken(), lock.fence(), lock::isHeld, lock::onLost, lock::close);
			}
			Leadership leader = (Leadership) won;
			return new Prize(leader.fencingToken(), leader.fence(), leader::isHeld, leader::onLost, leader::close);
		}

		boolean isHeld() {
			return this.held.getAsBoolean();
		}

		void onLost(Consumer<EtcdException> listener) {
			this.lossListeners.accept(listener);
		}

		void close() {
			this.release.run();
		}

	}

}
