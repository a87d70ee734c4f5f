/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.lease.KeepAliveRequest;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.lease.LeaseState;

/**
 * A lease of a session. When it is lost the session gets another one, but what was held
 * by this one is lost with it.
 */
final class SessionLease {

	private final Set<Consumer<LeaseLoss>> listeners = Collections.synchronizedSet(new LinkedHashSet<>());

	private volatile @Nullable LeaseLoss loss;

	private final KeepAlive keepAlive;

	private SessionLease(KeepAliveRequest request) {
		this.keepAlive = request.maxRetries(-1).open(this::lost);
	}

	static SessionLease keep(KeepAliveRequest request) {
		return new SessionLease(request);
	}

	long id() {
		return this.keepAlive.leaseId();
	}

	KeepAlive keepAlive() {
		return this.keepAlive;
	}

	/**
	 * Tell when the lease is lost; at once if it is lost already. Perhaps late, and on
	 * the callback executor.
	 * @param listener is told why
	 */
	void onLoss(Consumer<LeaseLoss> listener) {
		this.listeners.add(listener);
		LeaseLoss known = this.loss;
		if (known != null && this.listeners.remove(listener)) {
			listener.accept(known);
		}
	}

	/**
	 * Tell somebody no more.
	 * @param listener the listener
	 */
	void forget(Consumer<LeaseLoss> listener) {
		this.listeners.remove(listener);
	}

	/**
	 * The lease is lost.
	 * @param why why
	 */
	void lost(LeaseLoss why) {
		this.loss = why;
		for (Consumer<LeaseLoss> listener : List.copyOf(this.listeners)) {
			if (this.listeners.remove(listener)) {
				listener.accept(why);
			}
		}
	}

	LeaseState state() {
		return this.keepAlive.state();
	}

	boolean mayHaveExpired() {
		return this.keepAlive.mayHaveExpired();
	}

	void close() {
		this.keepAlive.close();
	}

	/**
	 * Say that something failed because the lease is lost.
	 * @param operation what failed
	 * @param loss why the lease is lost
	 * @return the exception
	 */
	static EtcdException lost(String operation, LeaseLoss loss) {
		EtcdException cause = loss.failure();
		boolean closed = cause.reason() == Reason.CLOSED;
		return Failure
			.ofWrite(operation, closed ? StatusCode.CANCELLED : StatusCode.FAILED_PRECONDITION,
					closed ? Reason.CLOSED : Reason.SESSION_LOST, Outcome.NOT_APPLIED)
			.withDetail("the lease of the session is lost: " + loss.cause())
			.withCause(cause)
			.toException();
	}

}
