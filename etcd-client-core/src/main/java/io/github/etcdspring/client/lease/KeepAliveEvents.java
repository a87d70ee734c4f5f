/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.transport.SerialTasks;

/**
 * What is to be told of one keepalive. There is room for the newest news of each kind,
 * and no more. Thread-safe.
 */
final class KeepAliveEvents {

	private final @Nullable KeepAliveListener listener;

	private final SerialTasks tasks;

	private final CompletableFuture<Duration> ready = new CompletableFuture<>();

	private @Nullable Duration first;

	private @Nullable Duration renewed;

	private boolean suspect;

	private boolean toldSuspect;

	private @Nullable LeaseLoss loss;

	private boolean over;

	private boolean delivering;

	KeepAliveEvents(@Nullable KeepAliveListener listener, SerialTasks tasks, @Nullable Duration known) {
		this.listener = listener;
		this.tasks = tasks;
		if (known != null) {
			this.ready.complete(known);
		}
	}

	CompletableFuture<Duration> ready() {
		// A copy, because the application may complete it, for instance by a timeout.
		return this.ready.copy();
	}

	boolean isReady() {
		return this.ready.isDone();
	}

	/**
	 * A renewal was answered.
	 * @param ttl the time to live
	 * @param own whether it was sent after the keepalive was opened
	 */
	void renewed(Duration ttl, boolean own) {
		synchronized (this) {
			boolean becomesReady = own && this.first == null && !this.ready.isDone();
			if (this.over || this.loss != null || (this.listener == null && !becomesReady)) {
				return;
			}
			if (becomesReady) {
				this.first = ttl;
			}
			this.renewed = ttl;
			this.suspect = false;
		}
		deliverSoon();
	}

	void suspect() {
		synchronized (this) {
			if (this.over || this.loss != null || this.listener == null) {
				return;
			}
			this.suspect = true;
			if (this.toldSuspect) {
				// It was alive in between, but nobody has noticed.
				this.renewed = null;
			}
		}
		deliverSoon();
	}

	void lost(LeaseLoss loss) {
		synchronized (this) {
			if (this.over || this.loss != null) {
				return;
			}
			this.loss = loss;
		}
		deliverSoon();
	}

	/** Tell nothing more: the application has closed the keepalive. */
	void close() {
		synchronized (this) {
			if (this.over) {
				return;
			}
			this.over = true;
		}
		if (!this.ready.isDone()) {
			this.tasks.execute(() -> this.ready.cancel(false));
		}
	}

	private void deliverSoon() {
		synchronized (this) {
			if (this.delivering) {
				return;
			}
			this.delivering = true;
		}
		this.tasks.execute(this::deliver);
	}

	private void deliver() {
		Runnable event;
		synchronized (this) {
			event = next();
			this.delivering = event != null;
		}
		if (event != null) {
			// Before the event, which may throw.
			this.tasks.execute(this::deliver);
			event.run();
		}
	}

	private @Nullable Runnable next() {
		if (this.over) {
			return null;
		}
		Duration ttl = this.first;
		if (ttl != null && !this.ready.isDone()) {
			return () -> this.ready.complete(ttl);
		}
		Runnable event = nextForListener();
		if (event != null) {
			return event;
		}
		LeaseLoss lost = this.loss;
		if (lost == null) {
			return null;
		}
		this.over = true;
		return () -> {
			this.ready.completeExceptionally(lost.failure());
			if (this.listener != null) {
				this.listener.onLost(lost);
			}
		};
	}

	private @Nullable Runnable nextForListener() {
		KeepAliveListener told = this.listener;
		if (told == null) {
			return null;
		}
		if (this.toldSuspect && !this.suspect) {
			this.toldSuspect = false;
			return told::onAlive;
		}
		Duration ttl = this.renewed;
		if (ttl != null) {
			this.renewed = null;
			return () -> told.onRenewed(ttl);
		}
		if (this.suspect && !this.toldSuspect) {
			this.toldSuspect = true;
			return told::onSuspect;
		}
		return null;
	}

}
