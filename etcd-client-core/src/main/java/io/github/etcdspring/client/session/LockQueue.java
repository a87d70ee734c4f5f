/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.EtcdException;

/**
 * The place of a session in the queue of a lock. All who want the lock in this session
 * share one key: it is made for the first of them and goes away with the last.
 */
final class LockQueue extends Place {

	private static final String OPERATION = "lock";

	private final Set<Waiter> waiters = new LinkedHashSet<>();

	private @Nullable Contender contender;

	private @Nullable Claim claim;

	private int holders;

	LockQueue(Session session, Bytes name) {
		super(session, name);
	}

	/**
	 * Get the lock.
	 * @param waits whether to wait if somebody else has it
	 * @return the lock; empty if somebody else has it. Cancelling it leaves the queue,
	 * unless others in this session want the lock, too
	 */
	CompletableFuture<Optional<HeldLock>> acquire(boolean waits) {
		Waiter waiter = new Waiter(waits);
		waiter.whenComplete((lock, ex) -> {
			if (ex != null) {
				left(waiter);
			}
		});
		admit(waiter);
		return waiter;
	}

	private void admit(Waiter waiter) {
		Claim held;
		Claim doubtful = null;
		Runnable started = null;
		synchronized (this) {
			if (waiter.isDone()) {
				return;
			}
			held = this.claim;
			if (held != null && held.isHeld()) {
				this.holders++;
			}
			else if (held != null && !held.isOver()) {
				doubtful = held;
				held = null;
			}
			else if (this.contender != null) {
				if (waiter.waits) {
					this.waiters.add(waiter);
				}
				held = null;
			}
			else {
				held = null;
				this.waiters.add(waiter);
				started = start();
			}
		}
		if (held != null) {
			give(waiter, held);
		}
		else if (doubtful != null) {
			// Its key is there, so that another one can only be made when it is lost.
			doubtful.certain().whenComplete((nothing, ex) -> admit(waiter));
		}
		else if (started != null) {
			started.run();
		}
		else if (!waiter.waits) {
			// Another thread of this session is in the queue, so somebody else has it.
			waiter.complete(Optional.empty());
		}
	}

	// Holding the lock.
	private Runnable start() {
		// What is there was lost.
		this.claim = null;
		this.holders = 0;
		boolean waits = this.waiters.stream().anyMatch((waiter) -> waiter.waits);
		Contender started = new Contender(this, session().lease(), OPERATION, Bytes.EMPTY, waits);
		this.contender = started;
		started.result().whenComplete((result, failure) -> ended(started, result, failure));
		return enqueue(started);
	}

	private void ended(Contender ended, @Nullable Optional<Claim> result, @Nullable Throwable failure) {
		List<Waiter> told;
		List<Waiter> again;
		Runnable next = null;
		Claim won = (result != null) ? result.orElse(null) : null;
		synchronized (this) {
			if (this.contender != ended) {
				if (won != null) {
					won.release();
				}
				return;
			}
			this.contender = null;
			told = List.copyOf(this.waiters);
			this.waiters.clear();
			again = List.of();
			if (won != null && !told.isEmpty()) {
				this.claim = won;
				this.holders = told.size();
			}
			else if (won == null && failure == null) {
				again = told.stream().filter((waiter) -> waiter.waits).toList();
				if (!again.isEmpty()) {
					this.waiters.addAll(again);
					next = start();
				}
			}
		}
		for (Waiter waiter : told) {
			if (won != null) {
				give(waiter, won);
			}
			else if (failure != null) {
				waiter.completeExceptionally(failure);
			}
			else if (!again.contains(waiter)) {
				waiter.complete(Optional.empty());
			}
		}
		if (won != null && told.isEmpty()) {
			won.release();
		}
		if (next != null) {
			next.run();
		}
	}

	private void give(Waiter waiter, Claim held) {
		if (!waiter.complete(Optional.of(new HeldLock(this, held)))) {
			released(held);
		}
	}

	private void left(Waiter waiter) {
		Contender abandoned = null;
		synchronized (this) {
			if (this.waiters.remove(waiter) && this.waiters.isEmpty() && this.contender != null) {
				abandoned = this.contender;
				this.contender = null;
			}
		}
		if (abandoned != null) {
			abandoned.cancel();
		}
	}

	/**
	 * One holder needs the lock no more.
	 * @param held what it had
	 * @return completes when the lock is free, or is still held by others
	 */
	CompletableFuture<Void> released(Claim held) {
		synchronized (this) {
			if (this.claim != held || --this.holders > 0) {
				return CompletableFuture.completedFuture(null);
			}
			this.claim = null;
		}
		return held.release();
	}

	static EtcdException notInTime(String detail) {
		return Contender.timedOut(OPERATION, detail);
	}

	/**
	 * Somebody who wants the lock.
	 */
	private static final class Waiter extends CompletableFuture<Optional<HeldLock>> {

		private final boolean waits;

		Waiter(boolean waits) {
			this.waits = waits;
		}

	}

}
