/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.GetOp;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.SortOrder;
import io.github.etcdspring.client.kv.SortTarget;
import io.github.etcdspring.client.kv.TxnResult;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchListener;

/**
 * Waits in the queue of a lock or an election. Everybody in the queue has a key below its
 * name, made of the id of a lease; who has the oldest key owns it, and each waits only
 * for the one before it to go. This is the layout of etcd's own clients and services, so
 * they all stand in the same queue.
 * <p>
 * Entering is safe to repeat, because the key is made only if it is not there. Whatever
 * ends the waiting takes the key away.
 */
final class Contender {

	private final Place place;

	private final SessionServices services;

	private final SessionLease lease;

	private final String operation;

	private final Bytes prefix;

	private final Bytes key;

	private final Bytes value;

	private final boolean waits;

	private final CompletableFuture<Optional<Claim>> result = new CompletableFuture<>();

	private final CompletableFuture<Void> gone = new CompletableFuture<>();

	private final Consumer<LeaseLoss> leaseListener = (loss) -> fail(SessionLease.lost(operation(), loss));

	private @Nullable CompletableFuture<?> call;

	private @Nullable Watch watch;

	private int failures;

	/** The revision of the key, 0 while it is not known to be there. */
	private long revision;

	/** Whether the key may be there. */
	private boolean entered;

	/** Whether an attempt to enter was not answered. */
	private boolean unsure;

	private boolean over;

	/**
	 * Create a contender.
	 * @param place the place it contends for
	 * @param lease the lease it contends with
	 * @param operation the name of the operation
	 * @param value what the key says
	 * @param waits whether to wait if somebody else owns it
	 */
	Contender(Place place, SessionLease lease, String operation, Bytes value, boolean waits) {
		this.place = place;
		this.services = place.services();
		this.lease = lease;
		this.operation = operation;
		this.prefix = place.name().concat(Bytes.utf8("/"));
		this.key = this.prefix.concat(Bytes.utf8(Long.toHexString(lease.id())));
		this.value = value;
		this.waits = waits;
	}

	/** Enter the queue, unless that was cancelled. */
	void start() {
		// First, because whatever ends the waiting takes it back.
		this.lease.onLoss(this.leaseListener);
		this.result.whenComplete((claim, ex) -> {
			this.lease.forget(this.leaseListener);
			if (ex != null || claim.isEmpty()) {
				leave();
			}
			else {
				claim.get().over().whenComplete((nothing, failure) -> this.gone.complete(null));
			}
		});
		enter();
	}

	private String operation() {
		return this.operation;
	}

	/**
	 * Return what is owned in the end; empty if somebody else owns it and there is no
	 * waiting. Cancelling it leaves the queue.
	 * @return the future
	 */
	CompletableFuture<Optional<Claim>> result() {
		return this.result;
	}

	/**
	 * Completes when the key is away, or the claim that it belongs to is over.
	 * @return the future
	 */
	CompletableFuture<Void> gone() {
		return this.gone;
	}

	/** Nobody wants it any more. */
	void cancel() {
		this.result.cancel(true);
	}

	void fail(EtcdException cause) {
		this.result.completeExceptionally(cause);
	}

	private void enter() {
		GetOp owner = Op.get(KeyRange.prefix(this.prefix))
			.sort(SortTarget.CREATE_REVISION, SortOrder.ASCENDING)
			.limit(1);
		CompletableFuture<TxnResult> entering;
		synchronized (this) {
			if (this.over) {
				return;
			}
			this.entered = true;
			entering = this.services.kv()
				.txn()
				.when(Compare.createRevision(this.key).isEqualTo(0))
				.then(Op.put(this.key, this.value).lease(this.lease.id()), owner)
				.orElse(Op.get(this.key), owner)
				.async();
			this.call = entering;
		}
		entering.whenComplete((answer, ex) -> {
			if (ex != null) {
				failedToEnter(cause(ex));
			}
			else {
				entered(answer);
			}
		});
	}

	private void failedToEnter(EtcdException cause) {
		boolean unheard = cause.outcome() == Outcome.UNKNOWN;
		if (unheard) {
			this.place.unheard(this.lease);
		}
		synchronized (this) {
			this.unsure |= unheard;
			// What was refused need not be removed, and perhaps could not be.
			this.entered = this.unsure;
		}
		if (cause.reason() == Reason.LEASE_NOT_FOUND) {
			this.services.lookAfter(this.lease);
			fail(SessionLease.lost(this.operation, new LeaseLoss(LeaseLoss.Cause.NOT_FOUND, cause)));
		}
		else {
			repeat(cause, this::enter);
		}
	}

	private void entered(TxnResult answer) {
		List<KeyValue> owners = answer.get(1).keyValues();
		Optional<KeyValue> own = answer.succeeded() ? Optional.empty() : answer.get(0).first();
		long ownRevision = own.map(KeyValue::createRevision).orElse(answer.revision());
		synchronized (this) {
			this.failures = 0;
			this.revision = ownRevision;
		}
		if (owners.isEmpty() || owners.get(0).createRevision() == ownRevision) {
			own(answer.revision(), own.filter((there) -> !there.value().equals(this.value)).isPresent());
		}
		else if (this.waits) {
			await();
		}
		else {
			this.result.complete(Optional.empty());
		}
	}

	private void await() {
		CompletableFuture<GetResult> asking;
		synchronized (this) {
			if (this.over) {
				return;
			}
			asking = this.services.kv()
				.get(KeyRange.prefix(this.prefix))
				.maxCreateRevision(this.revision - 1)
				.sort(SortTarget.CREATE_REVISION, SortOrder.DESCENDING)
				.limit(1)
				.keysOnly()
				.async();
			this.call = asking;
		}
		asking.whenComplete((answer, ex) -> {
			if (ex != null) {
				repeat(cause(ex), this::await);
			}
			else if (answer.keyValues().isEmpty()) {
				confirm();
			}
			else {
				awaitDeletion(answer.keyValues().get(0).key(), answer.storeRevision() + 1);
			}
		});
	}

	private void awaitDeletion(Bytes predecessor, long from) {
		synchronized (this) {
			if (this.over) {
				return;
			}
			this.failures = 0;
			this.call = null;
		}
		DeletionListener listener = new DeletionListener();
		// Without the lock: opening may run what others wait for.
		Watch opened = this.services.watches()
			.watch(KeyRange.key(predecessor))
			.fromRevision(from)
			.withoutPuts()
			.maxRetries(-1)
			.open(listener);
		synchronized (this) {
			if (!this.over && !listener.seen) {
				this.watch = opened;
				return;
			}
		}
		opened.close();
	}

	private void confirm() {
		CompletableFuture<GetResult> asking;
		synchronized (this) {
			if (this.over) {
				return;
			}
			asking = this.services.kv().get(this.key).async();
			this.call = asking;
		}
		asking.whenComplete((answer, ex) -> {
			if (ex != null) {
				repeat(cause(ex), this::confirm);
				return;
			}
			Optional<KeyValue> own = answer.first().filter((there) -> there.createRevision() == this.revision);
			if (own.isEmpty()) {
				gone("its place in the queue is gone");
			}
			else {
				own(answer.storeRevision(), !own.get().value().equals(this.value));
			}
		});
	}

	// It lived on the lease, or somebody has taken it away.
	private void gone(String detail) {
		this.services.lookAfter(this.lease);
		fail(Failure.ofWrite(this.operation, StatusCode.FAILED_PRECONDITION, Reason.SESSION_LOST, Outcome.NOT_APPLIED)
			.withDetail(detail)
			.toException());
	}

	private void own(long asOf, boolean otherValue) {
		Claim claim;
		synchronized (this) {
			if (this.over) {
				return;
			}
			this.call = null;
			claim = new Claim(this.place, this.lease, this.operation, this.key, this.revision, asOf);
		}
		if (this.lease.state().isLost()) {
			// Its loss is told in a moment.
			return;
		}
		if (otherValue) {
			CompletableFuture<TxnResult> telling = claim.put(this.value).async();
			telling.whenComplete((answer, ex) -> {
				if (ex != null) {
					repeat(cause(ex), () -> own(asOf, true));
				}
				else if (!answer.succeeded()) {
					gone("its key was deleted");
				}
				else {
					own(claim);
				}
			});
			return;
		}
		own(claim);
	}

	private void own(Claim claim) {
		claim.guard();
		if (!this.result.complete(Optional.of(claim))) {
			// Whoever wanted it is gone, and the key with him.
			claim.letGo();
		}
	}

	private void repeat(EtcdException cause, Runnable step) {
		if (!cause.isRetryable()) {
			fail(described(cause));
			return;
		}
		synchronized (this) {
			if (!this.over) {
				this.failures++;
				this.services.schedule(this.services.transport().pauseAfter(this.failures), step);
			}
		}
	}

	private EtcdException described(EtcdException cause) {
		return new Failure(this.operation, true, cause.status(), cause.reason(), cause.outcome(), cause.endpoint(),
				cause.attempts(), cause.getMessage(), OptionalLong.empty(), cause)
			.toException();
	}

	// Nothing must be left in the queue: it would hold up everybody behind.
	private void leave() {
		CompletableFuture<?> running;
		Watch watching;
		boolean mayBeThere;
		long created;
		synchronized (this) {
			this.over = true;
			running = this.call;
			watching = this.watch;
			mayBeThere = this.entered;
			created = this.revision;
			this.call = null;
			this.watch = null;
		}
		if (running != null) {
			running.cancel(true);
		}
		if (watching != null) {
			watching.close();
		}
		if (!mayBeThere) {
			this.gone.complete(null);
			return;
		}
		if (created == 0) {
			this.place.unheard(this.lease);
		}
		this.place.remove(this.lease, this.key, created).whenComplete((nothing, ex) -> this.gone.complete(null));
	}

	static EtcdException timedOut(String operation, String detail) {
		return Failure.ofWrite(operation, StatusCode.DEADLINE_EXCEEDED, Reason.TIMEOUT, Outcome.NOT_APPLIED)
			.withDetail(detail)
			.toException();
	}

	static EtcdException cause(Throwable ex) {
		Throwable cause = Failure.causeOf(ex);
		return (cause instanceof EtcdException etcd) ? etcd
				: Failure.ofRead("session", StatusCode.CANCELLED, Reason.CANCELLED).withCause(cause).toException();
	}

	private final class DeletionListener implements WatchListener {

		private boolean seen;

		@Override
		public void onBatch(WatchBatch batch) {
			next();
		}

		@Override
		public void onClosed(WatchClosed closed) {
			EtcdException cause = closed.cause();
			if (cause instanceof CompactedException) {
				next();
			}
			else if (cause != null && !this.seen) {
				fail(described(cause));
			}
		}

		private void next() {
			Watch watching;
			synchronized (Contender.this) {
				if (this.seen) {
					return;
				}
				this.seen = true;
				watching = Contender.this.watch;
				Contender.this.watch = null;
			}
			if (watching != null) {
				watching.close();
			}
			await();
		}

	}

}
