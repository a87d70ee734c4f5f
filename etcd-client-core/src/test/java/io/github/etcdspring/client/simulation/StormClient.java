/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchListener;

/**
 * One of many applications: it watches a key, keeps a lease, or takes another one when it
 * is lost, and reads now and then. It knows when each of those began to work again.
 */
final class StormClient implements WatchListener {

	static final String KEY = "k/storm";

	private static final long SECOND = 1_000_000_000L;

	private final SimulatedClient client;

	private final Chance chance;

	private final List<String> complaints;

	/** Half of them lose their leases while nobody answers. */
	private final Duration ttl;

	private @Nullable KeepAlive keeping;

	private long healed = Long.MAX_VALUE;

	private long watches = Long.MAX_VALUE;

	private long keeps = Long.MAX_VALUE;

	private long reads;

	private int failedReads;

	private int leases;

	private long told;

	StormClient(SimulatedClient client, Chance chance, List<String> complaints) {
		this.client = client;
		this.chance = chance;
		this.complaints = complaints;
		this.ttl = Duration.ofSeconds(chance.of(0.5) ? 20 : 180);
	}

	/** Begin. */
	void start() {
		this.client.watches().watch(KeyRange.key(KEY)).maxRetries(-1).open(this);
		grant();
		later(5000, this::read);
	}

	/** Notice from now on what works again. */
	void healed() {
		this.healed = now();
		notice();
	}

	private void notice() {
		KeepAlive kept = this.keeping;
		if (kept != null && kept.state().isAlive()) {
			this.keeps = now() - this.healed;
		}
		else if (!this.client.isClosed()) {
			this.client.time().after(SECOND / 100, this::notice);
		}
	}

	/**
	 * Return how long it took until its watch was told something.
	 * @return nanoseconds
	 */
	long watches() {
		return this.watches;
	}

	/**
	 * Return how long it took until it had a lease that was renewed.
	 * @return nanoseconds
	 */
	long keeps() {
		return this.keeps;
	}

	/**
	 * Return how long the slowest read took that began afterwards.
	 * @return nanoseconds
	 */
	long reads() {
		return this.reads;
	}

	int failedReads() {
		return this.failedReads;
	}

	boolean isWatching(long revision) {
		return this.told == revision;
	}

	private void grant() {
		if (this.client.isClosed()) {
			return;
		}
		long id = (this.client.number() + 1) * 1000L + this.leases;
		this.leases++;
		this.client.leases().grant(this.ttl).id(id).async().whenComplete((granted, ex) -> {
			if (ex != null) {
				later(2000, this::grant);
			}
			else {
				this.keeping = this.client.leases().keepAlive(id).maxRetries(-1).open(this::lost);
			}
		});
	}

	private void lost(LeaseLoss loss) {
		if (loss.cause() != LeaseLoss.Cause.CLOSED) {
			grant();
		}
	}

	private void read() {
		if (this.client.isClosed()) {
			return;
		}
		long begun = now();
		this.client.kv().get(KEY).async().whenComplete((found, ex) -> {
			if (begun >= this.healed) {
				this.reads = Math.max(this.reads, now() - begun);
				this.failedReads += (ex != null) ? 1 : 0;
			}
			later(5000, this::read);
		});
	}

	@Override
	public void onBatch(WatchBatch batch) {
		// Nothing but this key changes.
		if (this.told != 0 && batch.events().get(0).keyValue().modRevision() != this.told + 1) {
			this.complaints.add(this.client + " was told of " + batch.revision() + " after " + this.told);
		}
		this.told = batch.revision();
		if (this.watches == Long.MAX_VALUE && now() >= this.healed) {
			this.watches = now() - this.healed;
		}
	}

	@Override
	public void onClosed(WatchClosed closed) {
		if (!this.client.isClosed()) {
			this.complaints.add(this.client + " watches no more: " + closed);
		}
	}

	private void later(int mostMillis, Runnable step) {
		this.client.time().after(this.chance.millis(mostMillis / 2, mostMillis), step);
	}

	private long now() {
		return this.client.time().now();
	}

}
