/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.lease.LeaseLoss;

/**
 * An application that keeps a lease, and takes another one when it is lost.
 */
final class LeaseUser {

	private final SimulatedClient client;

	private final Chance chance;

	private final History history;

	private final Holders holders;

	private @Nullable KeepAlive current;

	private boolean unlimited;

	private int losses;

	private int running;

	LeaseUser(SimulatedClient client, Chance chance, History history, Holders holders) {
		this.client = client;
		this.chance = chance;
		this.history = history;
		this.holders = holders;
	}

	/** Take a lease and keep it. */
	void start() {
		if (this.client.isClosed()) {
			return;
		}
		Duration ttl = Duration.ofSeconds(this.chance.between(1, 8));
		long id = 1 + this.chance.below(1_000_000_000);
		this.running++;
		this.client.leases().grant(ttl).id(id).async().whenComplete((granted, ex) -> {
			this.running--;
			if (ex != null) {
				this.client.time().after(this.chance.millis(10, 1000), this::start);
			}
			else if (!this.client.isClosed()) {
				keep(id);
			}
		});
	}

	private void keep(long id) {
		this.unlimited = this.chance.of(0.6);
		boolean[] lost = new boolean[1];
		KeepAlive keeping = this.client.leases()
			.keepAlive(id)
			.maxRetries(this.unlimited ? -1 : this.client.options().maxRetries())
			.open((loss) -> lost(id, lost, loss));
		this.current = keeping;
		// Before the first answer nothing is known, and it says so.
		this.holders.keeps(id, () -> (keeping.ttl().isPresent() || keeping.state().isAlive()) ? keeping.state() : null);
		if (this.chance.of(0.2)) {
			this.client.time().after(this.chance.millis(0, 5000), keeping::close);
		}
	}

	private void lost(long id, boolean[] before, LeaseLoss loss) {
		this.client.time().note("%s loses lease %x: %s", this.client, id, loss.cause());
		this.client.time().mix(loss.cause().ordinal());
		if (before[0]) {
			this.history.complain("lease " + Long.toHexString(id) + " is lost twice");
		}
		before[0] = true;
		this.losses++;
		if (this.losses < 4 && loss.cause() != LeaseLoss.Cause.CLOSED) {
			this.client.time().after(this.chance.millis(0, 1000), this::start);
		}
	}

	/** Check, when all is well again, that no lease is in doubt. */
	void checkHealth() {
		KeepAlive keeping = this.current;
		if (!this.client.isClosed() && keeping != null && !keeping.state().isAlive() && !keeping.state().isLost()) {
			this.history.complain("everything is well again, but not for " + keeping + ": " + keeping.state());
		}
	}

	int running() {
		return this.running;
	}

}
