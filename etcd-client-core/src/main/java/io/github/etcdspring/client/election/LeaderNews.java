/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.election;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.transport.SerialTasks;

/**
 * What a listener is yet to be told: not a queue of what happened, but what is so now and
 * differs from what it was told. Thread-safe.
 */
final class LeaderNews {

	private final LeaderListener listener;

	private final SerialTasks callbacks;

	/** Whether the listener will be called, or asked for, without further notice. */
	private boolean delivering;

	/** The newest leader, unless it was told. */
	private @Nullable KeyValue leader;

	/** Why there is no connection, {@code null} while there is one. */
	private @Nullable EtcdException lost;

	private boolean lostTold;

	/** Whether only the end is of interest. */
	private boolean dropped;

	private @Nullable Runnable end;

	LeaderNews(LeaderListener listener, SerialTasks callbacks) {
		this.listener = listener;
		this.callbacks = callbacks;
	}

	void leads(KeyValue leader) {
		change(() -> this.leader = leader);
	}

	void disconnected(EtcdException cause) {
		change(() -> this.lost = cause);
	}

	void connected() {
		change(() -> this.lost = null);
	}

	/** Nothing but the end is to be told any more. */
	synchronized void drop() {
		this.dropped = true;
	}

	/**
	 * The observation has ended. To be called once.
	 * @param cause why, {@code null} if the application closed it
	 */
	void ended(@Nullable EtcdException cause) {
		change(() -> this.end = () -> this.listener.onClosed(cause));
	}

	private void change(Runnable change) {
		synchronized (this) {
			change.run();
			if (this.delivering) {
				return;
			}
			this.delivering = true;
		}
		this.callbacks.execute(this::deliver);
	}

	private void deliver() {
		Runnable call = next();
		if (call != null) {
			// A task of its own, because this one may throw.
			this.callbacks.execute(this::deliver);
			call.run();
		}
	}

	private synchronized @Nullable Runnable next() {
		Runnable next = this.dropped ? null : news();
		if (next == null) {
			next = this.end;
			this.end = null;
		}
		this.delivering = next != null;
		return next;
	}

	private @Nullable Runnable news() {
		EtcdException cause = this.lost;
		if (cause == null && this.lostTold) {
			this.lostTold = false;
			return this.listener::onResumed;
		}
		KeyValue newest = this.leader;
		if (newest != null) {
			this.leader = null;
			return () -> this.listener.onLeader(newest);
		}
		if (cause != null && !this.lostTold) {
			this.lostTold = true;
			return () -> this.listener.onDisconnected(cause);
		}
		return null;
	}

}
