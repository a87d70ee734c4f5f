/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.TxnRequest;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchListener;

/**
 * What a session owns: the oldest key of a queue. It ends when it is released, when the
 * lease is lost, or when somebody deletes the key; the last two are told.
 */
final class Claim {

	private static final Logger logger = LoggerFactory.getLogger(Claim.class);

	private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final Place place;

	private final SessionServices services;

	private final SessionLease lease;

	private final String operation;

	private final Bytes key;

	private final long revision;

	private final long asOf;

	private final List<Consumer<EtcdException>> listeners = new ArrayList<>();

	private final CompletableFuture<Void> over = new CompletableFuture<>();

	private final Consumer<LeaseLoss> leaseListener = (lost) -> lost(SessionLease.lost(operation(), lost));

	private @Nullable Watch watch;

	private @Nullable CompletableFuture<Void> removal;

	private volatile @Nullable EtcdException loss;

	/** What was told instead of a loss, when it was asked for again in a doubt. */
	private @Nullable EtcdException abandoned;

	private volatile boolean released;

	/** Completes when a doubt is resolved, for all who wait for it. */
	private @Nullable CompletableFuture<Void> certain;

	Claim(Place place, SessionLease lease, String operation, Bytes key, long revision, long asOf) {
		this.place = place;
		this.services = place.services();
		this.lease = lease;
		this.operation = operation;
		this.key = key;
		this.revision = revision;
		this.asOf = asOf;
	}

	private String operation() {
		return this.operation;
	}

	/**
	 * Completes when it is lost, or the key is away after the release.
	 * @return the future
	 */
	CompletableFuture<Void> over() {
		return this.over;
	}

	Bytes key() {
		return this.key;
	}

	long leaseId() {
		return this.lease.id();
	}

	/**
	 * Return the revision that created the key: it grows from owner to owner.
	 * @return the revision
	 */
	long revision() {
		return this.revision;
	}

	Compare fence() {
		return Compare.createRevision(this.key).isEqualTo(this.revision);
	}

	/**
	 * Whether it is still owned, by the clock at this moment.
	 * @return whether nothing is known to the contrary and the lease cannot have expired
	 */
	boolean isHeld() {
		return !this.released && this.loss == null && !this.lease.mayHaveExpired();
	}

	/**
	 * Whether it is not owned any more, for certain. If it is neither held nor over there
	 * is a doubt, which the next renewal of the lease resolves.
	 * @return whether it was released or is lost
	 */
	boolean isOver() {
		return this.released || this.loss != null || this.lease.state().isLost();
	}

	/**
	 * Resolve a doubt.
	 * @return completes when it is held or over
	 */
	CompletableFuture<Void> certain() {
		CompletableFuture<Void> resolving;
		synchronized (this.listeners) {
			if (this.certain != null && !this.certain.isDone()) {
				return this.certain;
			}
			resolving = new CompletableFuture<>();
			this.certain = resolving;
		}
		Consumer<LeaseLoss> listener = (lost) -> resolving.complete(null);
		this.lease.onLoss(listener);
		resolving.whenComplete((nothing, ex) -> this.lease.forget(listener));
		resolve(resolving);
		return resolving;
	}

	private void resolve(CompletableFuture<Void> certain) {
		if (certain.isDone() || isHeld() || isOver()) {
			certain.complete(null);
			return;
		}
		this.services.leases().keepAliveOnce(this.lease.id()).async().whenComplete((renewal, ex) -> {
			if (ex == null) {
				resolve(certain);
			}
			else {
				// At the latest when the time to live is over.
				this.services.schedule(RETRY_NANOS, () -> resolve(certain));
			}
		});
	}

	/** Notice when the lease is lost or the key is taken away. */
	void guard() {
		this.lease.onLoss(this.leaseListener);
		watchFrom(this.asOf + 1);
	}

	private void watchFrom(long from) {
		if (this.released || this.loss != null) {
			return;
		}
		DeletionListener listener = new DeletionListener();
		// Without the lock: opening may run what others wait for.
		Watch opened = this.services.watches()
			.watch(KeyRange.key(this.key))
			.fromRevision(from)
			.withoutPuts()
			.maxRetries(-1)
			.open(listener);
		synchronized (this.listeners) {
			if (!this.released && this.loss == null) {
				if (!listener.ended) {
					this.watch = opened;
				}
				return;
			}
		}
		opened.close();
	}

	private void deleted() {
		lost(Failure.ofWrite(this.operation, StatusCode.FAILED_PRECONDITION, Reason.SESSION_LOST, Outcome.NOT_APPLIED)
			.withDetail("its key was deleted")
			.toException());
	}

	// The history in which a deletion would be is gone.
	private void look() {
		if (isOver()) {
			return;
		}
		this.services.kv().get(this.key).async().whenComplete((answer, ex) -> {
			if (ex != null) {
				this.services.schedule(RETRY_NANOS, this::look);
			}
			else if (answer.first().filter((found) -> found.createRevision() == this.revision).isPresent()) {
				watchFrom(answer.storeRevision() + 1);
			}
			else {
				deleted();
			}
		});
	}

	/**
	 * Write the key, if it is still owned.
	 * @param value the value
	 * @return the transaction
	 */
	TxnRequest put(Bytes value) {
		return this.services.kv().txn().when(fence()).then(Op.put(this.key, value).lease(this.lease.id()));
	}

	/**
	 * Tell when it is lost; at once if it is lost already.
	 * @param listener is told the cause, once, on the callback executor
	 */
	void onLost(Consumer<EtcdException> listener) {
		EtcdException cause;
		synchronized (this.listeners) {
			cause = (this.loss != null) ? this.loss : this.abandoned;
			if (cause == null && !this.released) {
				this.listeners.add(listener);
			}
		}
		if (cause != null) {
			tell(listener, cause);
		}
	}

	void lost(EtcdException cause) {
		List<Consumer<EtcdException>> told;
		Watch watching;
		synchronized (this.listeners) {
			if (this.released || this.loss != null) {
				return;
			}
			this.loss = cause;
			told = List.copyOf(this.listeners);
			this.listeners.clear();
			watching = takeWatch();
		}
		close(watching);
		this.lease.forget(this.leaseListener);
		this.over.complete(null);
		told.forEach((listener) -> tell(listener, cause));
	}

	private void tell(Consumer<EtcdException> listener, EtcdException cause) {
		this.services.transport().serialTasks().execute(() -> listener.accept(cause));
	}

	/**
	 * Give it up. What is lost needs no giving up: the key is gone, and perhaps made
	 * again.
	 * @return completes when the key is away, as far as the server can be reached
	 */
	CompletableFuture<Void> release() {
		CompletableFuture<Void> removing;
		synchronized (this.listeners) {
			if (this.loss != null) {
				return CompletableFuture.completedFuture(null);
			}
			if (this.removal != null) {
				return this.removal;
			}
			removing = new CompletableFuture<>();
			this.removal = removing;
		}
		letGo();
		this.place.remove(this.lease, this.key, this.revision).whenComplete((nothing, ex) -> {
			this.over.complete(null);
			removing.complete(null);
		});
		return removing;
	}

	/**
	 * Give it up, if it is in doubt: whoever had it asks for it again. What is lost is
	 * told so anyway.
	 */
	void abandon() {
		EtcdException cause = Failure
			.ofWrite(this.operation, StatusCode.FAILED_PRECONDITION, Reason.SESSION_LOST, Outcome.NOT_APPLIED)
			.withDetail("it was in doubt, and was asked for again")
			.toException();
		List<Consumer<EtcdException>> told;
		boolean over = isOver();
		synchronized (this.listeners) {
			if (over || this.loss != null || this.released) {
				return;
			}
			this.abandoned = cause;
			told = List.copyOf(this.listeners);
			this.listeners.clear();
		}
		release();
		told.forEach((listener) -> tell(listener, cause));
	}

	/** Look after it no more. */
	void letGo() {
		Watch watching;
		synchronized (this.listeners) {
			this.released = true;
			this.listeners.clear();
			watching = takeWatch();
		}
		close(watching);
		this.lease.forget(this.leaseListener);
	}

	private @Nullable Watch takeWatch() {
		Watch taken = this.watch;
		this.watch = null;
		return taken;
	}

	// Without the lock: closing, too, may run what others wait for.
	private static void close(@Nullable Watch watch) {
		if (watch != null) {
			watch.close();
		}
	}

	private final class DeletionListener implements WatchListener {

		private boolean ended;

		@Override
		public void onBatch(WatchBatch batch) {
			deleted();
			Claim.this.services.lookAfter(Claim.this.lease);
		}

		@Override
		public void onClosed(WatchClosed closed) {
			synchronized (Claim.this.listeners) {
				this.ended = true;
			}
			EtcdException cause = closed.cause();
			if (cause instanceof CompactedException) {
				look();
			}
			else if (cause instanceof PermissionDeniedException) {
				// The lease still guards it; a deletion by hand will not be noticed.
				logger.warn("The key of a {} is not watched any more", Claim.this.operation, cause);
			}
			else if (cause != null && cause.reason() != Reason.CLOSED) {
				Claim.this.services.schedule(RETRY_NANOS, Claim.this::look);
			}
		}

	}

}
