/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.transport.SerialTasks;

/**
 * What waits for one listener. It takes everything at once; when too much waits, it
 * forgets the single changes and later tells the difference between what the listener
 * knows and what there is then.
 */
final class ListenerFeed {

	private static final Logger logger = LoggerFactory.getLogger(ListenerFeed.class);

	/** What a notice without keys costs. */
	private static final int NOTICE_BYTES = 100;

	private final CacheListener listener;

	private final SerialTasks callbacks;

	private final long limit;

	private final BooleanSupplier over;

	/** Guards what follows, up to the next comment. */
	private final Object lock = new Object();

	private final Deque<Notice> notices = new ArrayDeque<>();

	private long waiting;

	/** How much of it is being told now. */
	private long telling;

	/** A difference that waits to be told; what comes meanwhile is a part of it. */
	private @Nullable Resync resync;

	private volatile boolean dropped;

	/** From here on it belongs to the callbacks. */
	private KeyTree known = KeyTree.EMPTY;

	private boolean connected = true;

	ListenerFeed(CacheListener listener, SerialTasks callbacks, long limit, BooleanSupplier over) {
		this.listener = listener;
		this.callbacks = callbacks;
		this.limit = limit;
		this.over = over;
	}

	CacheListener listener() {
		return this.listener;
	}

	/**
	 * A revision has changed keys.
	 * @param changes how
	 * @param after what there is now
	 * @param connection why changes do not come, {@code null} if they do
	 */
	void changed(List<Change> changes, CacheSnapshot after, @Nullable EtcdException connection) {
		synchronized (this.lock) {
			if (this.resync != null) {
				this.resync.target = after;
				return;
			}
			Changes notice = new Changes(changes, after.tree());
			if (this.waiting > 0 && this.waiting + notice.bytes() > this.limit) {
				lag(after, connection);
			}
			else {
				add(notice);
			}
		}
		deliver();
	}

	/**
	 * What there is now is known, but not how it came about.
	 * @param target what there is
	 */
	void resync(CacheSnapshot target) {
		synchronized (this.lock) {
			if (this.resync != null) {
				this.resync.target = target;
				return;
			}
			this.resync = new Resync(target);
			add(this.resync);
		}
		deliver();
	}

	/**
	 * Changes come again, or do not come any more.
	 * @param cause why they do not, {@code null} if they do
	 * @param latest what there is, {@code null} if nothing is known yet
	 */
	void connection(@Nullable EtcdException cause, @Nullable CacheSnapshot latest) {
		synchronized (this.lock) {
			if (this.notices.peekLast() instanceof Connection last) {
				last.cause = cause;
				return;
			}
			if (this.waiting > this.limit && latest != null && this.resync == null) {
				lag(latest, cause);
			}
			else {
				add(new Connection(cause));
			}
		}
		deliver();
	}

	private void lag(CacheSnapshot latest, @Nullable EtcdException connection) {
		this.notices.clear();
		this.waiting = this.telling;
		this.resync = new Resync(latest);
		add(this.resync);
		add(new Connection(connection));
	}

	private void add(Notice notice) {
		this.notices.add(notice);
		this.waiting += notice.bytes();
	}

	/** The listener is not told anything any more. */
	void drop() {
		this.dropped = true;
		forget();
	}

	/**
	 * The cache has ended.
	 * @param cause why, {@code null} if the application closed it
	 */
	void closed(@Nullable EtcdException cause) {
		forget();
		this.callbacks.execute(() -> {
			this.known = KeyTree.EMPTY;
			if (!this.dropped) {
				this.listener.onClosed(cause);
			}
		});
	}

	private void forget() {
		synchronized (this.lock) {
			this.notices.clear();
			this.resync = null;
		}
	}

	private void deliver() {
		this.callbacks.execute(() -> {
			for (Notice notice = next(); notice != null; notice = next()) {
				try {
					notice.deliver();
				}
				finally {
					synchronized (this.lock) {
						this.waiting -= this.telling;
						this.telling = 0;
					}
				}
			}
		});
	}

	private @Nullable Notice next() {
		synchronized (this.lock) {
			Notice next = this.notices.poll();
			if (next != null) {
				this.telling = next.bytes();
				this.resync = (next != this.resync) ? this.resync : null;
			}
			return next;
		}
	}

	private boolean isOver() {
		return this.dropped || this.over.getAsBoolean();
	}

	private void tell(Runnable call) {
		if (!isOver()) {
			try {
				call.run();
			}
			catch (Throwable ex) {
				// The rest of the changes are none the less to be told.
				logger.error("A listener of a cache failed", ex);
			}
		}
	}

	/**
	 * Something to tell.
	 */
	private interface Notice {

		void deliver();

		default long bytes() {
			return NOTICE_BYTES;
		}

	}

	private final class Changes implements Notice {

		private final List<Change> changes;

		private final KeyTree after;

		private final long bytes;

		Changes(List<Change> changes, KeyTree after) {
			this.changes = changes;
			this.after = after;
			this.bytes = changes.stream().mapToLong(Change::bytes).sum() + NOTICE_BYTES;
		}

		@Override
		public long bytes() {
			return this.bytes;
		}

		@Override
		public void deliver() {
			this.changes.forEach((change) -> tell(() -> change.tell(ListenerFeed.this.listener)));
			ListenerFeed.this.known = this.after;
		}

	}

	private final class Resync implements Notice {

		/** Guarded by the lock until the delivery begins. */
		private CacheSnapshot target;

		Resync(CacheSnapshot target) {
			this.target = target;
		}

		@Override
		public void deliver() {
			CacheSnapshot target = this.target;
			Iterator<Change> changes = new Difference(ListenerFeed.this.known, target.tree());
			ListenerFeed.this.known = target.tree();
			while (!isOver() && changes.hasNext()) {
				Change change = changes.next();
				tell(() -> change.tell(ListenerFeed.this.listener));
			}
			tell(() -> ListenerFeed.this.listener.onResync(target.revision()));
		}

	}

	private final class Connection implements Notice {

		/** Guarded by the lock until the delivery begins. */
		private @Nullable EtcdException cause;

		Connection(@Nullable EtcdException cause) {
			this.cause = cause;
		}

		@Override
		public void deliver() {
			EtcdException cause = this.cause;
			boolean connected = cause == null;
			if (connected == ListenerFeed.this.connected) {
				return;
			}
			ListenerFeed.this.connected = connected;
			if (cause != null) {
				tell(() -> ListenerFeed.this.listener.onDisconnected(cause));
			}
			else {
				tell(ListenerFeed.this.listener::onResumed);
			}
		}

	}

}
