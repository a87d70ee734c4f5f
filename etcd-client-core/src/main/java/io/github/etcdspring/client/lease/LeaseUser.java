/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;

/**
 * Somebody who wants a lease to be renewed. Its methods are called in the context of the
 * stream and must not block; its fields that are not volatile belong to it.
 */
abstract class LeaseUser {

	/** Where the lease is kept. */
	volatile @Nullable LeaseStream stream;

	/** The lease; another object once it is known that somebody else keeps it, too. */
	volatile KeptLease lease;

	/** How many attempts had failed before this one came. */
	int attemptsBefore;

	/** In which of the stream's interruptions it came. */
	int interruption;

	LeaseUser(KeptLease lease) {
		this.lease = lease;
	}

	/**
	 * Since when it wants to see a renewal.
	 * @return the monotonic time
	 */
	abstract long wantedAt();

	/**
	 * Whether it waits for an answer, and not only for what comes in its time.
	 * @return whether to renew the lease at once
	 */
	abstract boolean wantsAnswer();

	/**
	 * Whether it has ended.
	 * @return whether nothing need be done for it any more
	 */
	abstract boolean isOver();

	/**
	 * A renewal was answered.
	 * @param renewal the answer
	 * @param sentAt when the renewal was sent
	 */
	abstract void renewed(LeaseRenewal renewal, long sentAt);

	/** The lease has become suspect. */
	abstract void suspect();

	/** There is an endpoint, and a stream to it, on which nothing was answered yet. */
	abstract void connected();

	/**
	 * The stream is interrupted.
	 * @param failure what happened
	 * @param attempts how many attempts to connect have failed since it came
	 */
	abstract void disconnected(Failure failure, int attempts);

	/**
	 * The lease is lost; it is taken off the stream.
	 * @param loss why
	 * @param failure the facts, unless its time was up
	 */
	abstract void lost(LeaseLoss loss, @Nullable Failure failure);

}
