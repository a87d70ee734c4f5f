/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.transport.Timer;

/**
 * Readers that wait for a cache to reach a revision. As long as there are any, the server
 * is asked for its progress. Where it does not tell, the store is asked whether anything
 * is newer than the cache: if not, the cache is as new as that answer.
 * <p>
 * Everything but the beginning happens in the context of the cache.
 */
final class RevisionWaits {

	private static final long LEAST_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long LONGEST_TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final Follower follower;

	/** Those that do not know their revision yet. */
	private final Set<RevisionWait> asking = new HashSet<>();

	private final Queue<RevisionWait> waiting = new PriorityQueue<>();

	private Timer.@Nullable Timeout tick;

	private long tickNanos;

	/** Whether the server has not answered yet, as far as this tick knows. */
	private boolean requested;

	/** Whether somebody came after the request. */
	private boolean requestAgain;

	/** Whether there was progress since the last tick. */
	private boolean progressed;

	/** Whether progress was waited for in vain the last time. */
	private boolean progressMissing;

	private @Nullable CompletableFuture<GetResult> comparison;

	private boolean compareAgain;

	RevisionWaits(Follower follower) {
		this.follower = follower;
	}

	/**
	 * Take a reader. May be called on any thread.
	 * @param wait the reader
	 * @param latest whether it waits for the revision that the server has now
	 */
	void begin(RevisionWait wait, boolean latest) {
		wait.timeout(this.follower.transport()
			.timer()
			.schedule(wait.timeoutNanos(), () -> this.follower.execute(() -> timedOut(wait))));
		wait.future().whenComplete((snapshot, ex) -> {
			if (wait.future().isCancelled()) {
				wait.release();
				this.follower.execute(() -> forget(wait));
			}
		});
		if (!latest) {
			this.follower.execute(() -> add(wait));
			return;
		}
		this.follower.execute(() -> this.asking.add(wait));
		CompletableFuture<GetResult> question = this.follower.kv()
			.get(KeyRange.key(this.follower.range().start()))
			.countOnly()
			.async();
		wait.question(question);
		question.whenComplete((result, ex) -> this.follower.execute(() -> {
			if (!this.asking.remove(wait)) {
				return;
			}
			if (ex == null) {
				wait.revision(result.storeRevision());
				add(wait);
			}
			else {
				wait.fail(Failures.because(Failures.of(ex)));
			}
		}));
		Failure end = this.follower.failure();
		if (end != null || wait.future().isDone()) {
			// It may have ended before it knew of the reader.
			question.cancel(false);
			this.follower.execute(() -> {
				forget(wait);
				if (end != null) {
					wait.fail(end);
				}
			});
		}
	}

	private void add(RevisionWait wait) {
		Failure end = this.follower.failure();
		if (end != null) {
			wait.fail(end);
			return;
		}
		if (wait.future().isDone()) {
			return;
		}
		this.waiting.add(wait);
		CacheSnapshot published = this.follower.latest();
		if (published != null) {
			reached(published);
		}
		if (this.waiting.contains(wait)) {
			hurry();
		}
	}

	private void hurry() {
		if (this.tick == null) {
			this.progressed = false;
		}
		if (this.tick == null || this.tickNanos > LEAST_TICK_NANOS) {
			if (this.tick != null) {
				this.tick.cancel();
			}
			this.tickNanos = LEAST_TICK_NANOS;
			scheduleTick();
		}
		if (this.requested) {
			this.requestAgain = true;
		}
		else {
			requestProgress();
		}
		if (this.progressMissing) {
			compare();
		}
	}

	private void scheduleTick() {
		this.tick = this.follower.transport().timer().schedule(this.tickNanos, () -> this.follower.execute(this::tick));
	}

	private void tick() {
		this.tick = null;
		if (this.waiting.isEmpty()) {
			this.requested = false;
			return;
		}
		this.progressMissing = !this.progressed;
		this.progressed = false;
		requestProgress();
		if (this.progressMissing) {
			compare();
		}
		this.tickNanos = Math.min(LONGEST_TICK_NANOS, this.tickNanos * 2);
		scheduleTick();
	}

	private void requestProgress() {
		this.requested = true;
		this.requestAgain = false;
		this.follower.requestProgress();
	}

	/** The watch has told its progress. */
	void progressed() {
		this.requested = false;
		this.progressed = true;
		this.progressMissing = false;
		if (this.requestAgain && !this.waiting.isEmpty()) {
			requestProgress();
		}
	}

	/**
	 * Ask the store for anything newer than what the watch has told. If there is nothing,
	 * and there are as many keys as here, then none was written or deleted meanwhile.
	 */
	private void compare() {
		CacheSnapshot known = this.follower.applied();
		if (known == null) {
			return;
		}
		if (this.comparison != null) {
			this.compareAgain = true;
			return;
		}
		this.compareAgain = false;
		CompletableFuture<GetResult> answer = this.follower.kv()
			.get(this.follower.range())
			.minModRevision(known.revision() + 1)
			.keysOnly()
			.limit(1)
			.async();
		this.comparison = answer;
		answer.whenComplete((result, ex) -> this.follower.execute(() -> {
			this.comparison = null;
			if (ex == null && result.keyValues().isEmpty() && result.count() == known.size()) {
				this.follower.confirmed(known, result.storeRevision());
			}
			if (this.compareAgain && !this.waiting.isEmpty()) {
				compare();
			}
		}));
	}

	/**
	 * The cache has reached a revision.
	 * @param snapshot what it has
	 */
	void reached(CacheSnapshot snapshot) {
		for (RevisionWait first = this.waiting.peek(); first != null
				&& first.revision() <= snapshot.revision(); first = this.waiting.peek()) {
			this.waiting.remove();
			first.succeed(snapshot);
		}
	}

	private void timedOut(RevisionWait wait) {
		if (forget(wait)) {
			CacheSnapshot applied = this.follower.applied();
			EtcdException cause = this.follower.disconnection();
			wait.fail(Failures.timeout("the cache "
					+ ((applied != null) ? "is at revision " + applied.revision() : "has not read its range yet")
					+ ((wait.revision() != 0) ? ", revision " + wait.revision() + " was asked for" : "")
					+ ((cause != null) ? ", and changes do not come at present" : ""), cause));
		}
	}

	private boolean forget(RevisionWait wait) {
		return this.asking.remove(wait) || this.waiting.remove(wait);
	}

	/**
	 * The cache has ended.
	 * @param failure why
	 */
	void fail(Failure failure) {
		this.asking.forEach((wait) -> wait.fail(failure));
		this.asking.clear();
		this.waiting.forEach((wait) -> wait.fail(failure));
		this.waiting.clear();
		if (this.tick != null) {
			this.tick.cancel();
			this.tick = null;
		}
		if (this.comparison != null) {
			this.comparison.cancel(false);
		}
	}

}
