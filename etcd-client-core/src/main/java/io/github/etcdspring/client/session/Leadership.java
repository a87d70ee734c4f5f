/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.kv.Compare;

/**
 * A leadership that was won. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Leadership implements AutoCloseable {

	private final Candidacy candidacy;

	private final Claim claim;

	Leadership(Candidacy candidacy, Claim claim) {
		this.candidacy = candidacy;
		this.claim = claim;
	}

	/**
	 * Return the key of the leader.
	 * @return the key
	 */
	public Bytes key() {
		return this.claim.key();
	}

	/**
	 * Return a number that is greater than that of every leader before.
	 * @return the revision that created the key of the leader; needed to
	 * {@linkplain Election#resume(long) resume} after a restart
	 */
	public long fencingToken() {
		return this.claim.revision();
	}

	/**
	 * Return the lease that the leadership lives on.
	 * @return the id of the lease; needed to {@linkplain SessionRequest#lease(long) take
	 * it over} after a restart
	 */
	public long leaseId() {
		return this.claim.leaseId();
	}

	/**
	 * Return what lets a transaction succeed only as long as this leads, whatever it
	 * believes.
	 * @return the comparison, for {@code txn().when(...)}
	 */
	public Compare fence() {
		return this.claim.fence();
	}

	/**
	 * Whether this leads, by the clock at this moment: no once the lease could have
	 * expired, the leadership was lost or this has resigned.
	 * @return whether it leads
	 */
	public boolean isHeld() {
		return this.claim.isHeld();
	}

	/**
	 * Tell when the leadership is lost before this resigns; at once if it is lost
	 * already. It may be told late, for instance after the process has slept.
	 * @param listener is told the cause, at most once, on the client's callback executor
	 */
	public void onLost(Consumer<EtcdException> listener) {
		Arguments.notNull(listener, "listener");
		this.claim.onLost(listener);
	}

	/**
	 * Say something else to all who observe.
	 * @param value what the leader says now
	 * @return the request; its exception is a
	 * {@link io.github.etcdspring.client.error.SessionLostException SessionLostException}
	 * if this does not lead any more
	 */
	public ProclaimRequest proclaim(String value) {
		return proclaim(Bytes.utf8(value));
	}

	/**
	 * Say something else to all who observe, as {@link #proclaim(String)} does.
	 * @param value what the leader says now
	 * @return the request
	 */
	public ProclaimRequest proclaim(Bytes value) {
		return new ProclaimRequest(this.candidacy.services(), this.claim, value);
	}

	/**
	 * Stop leading, as {@link #close()} does.
	 * @return completes when the server has done it
	 */
	public CompletableFuture<Void> resign() {
		return this.candidacy.services().told(this.candidacy.resign(this.claim));
	}

	CompletableFuture<Void> closeAsync() {
		return resign();
	}

	/**
	 * Stop leading. Waits until the server has done it, 5 seconds at most, and not on a
	 * network thread; goes on trying then, so that nobody waits for it longer than for
	 * the lease. Never throws.
	 */
	@Override
	public void close() {
		SessionServices.awaitClosed(resign(), SessionServices.CLOSE_TIMEOUT,
				"A leadership was not given up in time; it is tried again until its lease ends");
	}

	@Override
	public String toString() {
		return "Leadership[fencingToken=" + fencingToken() + "]";
	}

}
