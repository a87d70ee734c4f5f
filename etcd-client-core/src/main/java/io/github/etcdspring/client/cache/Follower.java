/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.grpc.SynchronizationContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.TooLargeException;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.transport.Timer;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchEvent;
import io.github.etcdspring.client.watch.WatchListener;

/**
 * Reads a range, follows it by a watch, and reads it again when the watch cannot go on.
 * Everything happens in one synchronization context, where nothing blocks and no code of
 * the application runs; readers only take the snapshot that was published last.
 */
final class Follower implements Listing.Outcome {

	private static final Logger logger = LoggerFactory.getLogger(Follower.class);

	/** A watch that ends sooner is not opened again at once for ever. */
	private static final long SHORT_LIFE_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final Caches caches;

	private final Transport transport;

	private final CacheOptions options;

	private final SynchronizationContext context = new SynchronizationContext(
			(thread, ex) -> logger.error("A defect in a cache", ex));

	private final CompletableFuture<Long> ready = new CompletableFuture<>();

	private final Runnable clientClosed = () -> finish(
			new End(Failures.clientClosed().toException(), Failures.clientClosed()));

	private final AtomicReference<@Nullable End> end = new AtomicReference<>();

	private final List<ListenerFeed> feeds = new ArrayList<>();

	private final RevisionWaits waits;

	/** What readers get. */
	private volatile @Nullable CacheSnapshot published;

	private volatile CacheState state = CacheState.LOADING;

	/** What the watch has told; what is published may be known to be as new later. */
	private @Nullable CacheSnapshot applied;

	private @Nullable Listing listing;

	private @Nullable Watch watch;

	private @Nullable Tail tail;

	private Timer.@Nullable Timeout pause;

	private @Nullable EtcdException disconnection;

	/** In a row. */
	private int failures;

	private long begunAt;

	private boolean finished;

	Follower(Caches caches, CacheOptions options) {
		this.caches = caches;
		this.transport = caches.transport();
		this.options = options;
		this.waits = new RevisionWaits(this);
	}

	void start() {
		this.options.listeners().forEach(this::addListener);
		this.transport.attach(this.clientClosed);
		execute(this::list);
	}

	void execute(Runnable task) {
		this.context.execute(task);
	}

	Transport transport() {
		return this.transport;
	}

	Kv kv() {
		return this.caches.kv();
	}

	KeyRange range() {
		return this.options.range();
	}

	CacheState state() {
		return (this.end.get() != null) ? CacheState.CLOSED : this.state;
	}

	CompletableFuture<Long> ready() {
		return this.ready.copy();
	}

	/**
	 * Return what readers get.
	 * @return the snapshot, {@code null} if there is none yet
	 * @throws EtcdException if the cache has ended
	 */
	@Nullable CacheSnapshot published() {
		End end = this.end.get();
		if (end != null) {
			throw end.failure().toException();
		}
		return this.published;
	}

	/**
	 * Return what readers would get if the cache has not ended meanwhile.
	 * @return the snapshot, {@code null} if there is none
	 */
	@Nullable CacheSnapshot latest() {
		return this.published;
	}

	@Nullable Failure failure() {
		End end = this.end.get();
		return (end != null) ? end.failure() : null;
	}

	RevisionWaits waits() {
		return this.waits;
	}

	void addListener(CacheListener listener) {
		ListenerFeed feed = new ListenerFeed(listener, this.transport.serialTasks(), this.options.listenerBufferBytes(),
				() -> this.end.get() != null);
		execute(() -> {
			End end = this.end.get();
			if (end != null && this.finished) {
				feed.closed(end.cause());
				return;
			}
			this.feeds.add(feed);
			if (this.applied != null) {
				feed.resync(this.applied);
			}
			if (this.disconnection != null) {
				feed.connection(this.disconnection, this.applied);
			}
		});
	}

	void removeListener(CacheListener listener) {
		execute(() -> {
			for (Iterator<ListenerFeed> each = this.feeds.iterator(); each.hasNext();) {
				ListenerFeed feed = each.next();
				if (feed.listener() == listener) {
					feed.drop();
					each.remove();
					return;
				}
			}
		});
	}

	void close() {
		finish(new End(null, Failures.closed()));
	}

	private void list() {
		if (this.finished) {
			return;
		}
		this.begunAt = now();
		KeyTree old = (this.applied != null) ? this.applied.tree() : KeyTree.EMPTY;
		this.listing = new Listing(kv(), this.options, old, this::execute, this);
		this.listing.start();
	}

	@Override
	public void listed(KeyTree tree, long revision) {
		this.listing = null;
		CacheSnapshot snapshot = new CacheSnapshot(range(), revision, tree);
		this.applied = snapshot;
		this.published = snapshot;
		this.feeds.forEach((feed) -> feed.resync(snapshot));
		this.transport.serialTasks().execute(() -> this.ready.complete(revision));
		this.waits.reached(snapshot);
		follow();
	}

	@Override
	public void failed(EtcdException cause) {
		this.listing = null;
		if (cause instanceof TooLargeException) {
			finish(new End(cause, Failures.because(cause)));
		}
		else {
			lost(cause);
		}
	}

	private void follow() {
		CacheSnapshot known = this.applied;
		if (this.finished || known == null) {
			return;
		}
		this.begunAt = now();
		Tail listener = new Tail();
		this.tail = listener;
		Watch opened = this.caches.watches()
			.watch(range())
			.fromRevision(known.revision() + 1)
			.progress()
			.maxRetries(-1)
			.open(listener);
		this.watch = opened;
		opened.ready().thenRun(() -> listener.execute(() -> connection(null)));
	}

	private void apply(WatchBatch batch) {
		CacheSnapshot known = this.applied;
		if (known == null || batch.revision() <= known.revision()) {
			return;
		}
		KeyTree tree = known.tree();
		List<Change> changes = new ArrayList<>(batch.events().size());
		for (WatchEvent event : batch.events()) {
			KeyValue now = event.keyValue();
			KeyValue before = tree.get(now.key());
			tree = event.isPut() ? tree.with(now) : tree.without(now.key());
			if (event.isPut() || before != null) {
				changes.add(new Change(before, event.isPut() ? now : null));
			}
		}
		if (tree.bytes() > this.options.maxBytes()) {
			EtcdException cause = Failures.tooLarge(this.options.maxBytes());
			finish(new End(cause, Failures.because(cause)));
			return;
		}
		CacheSnapshot snapshot = new CacheSnapshot(range(), batch.revision(), tree);
		advance(snapshot);
		if (!changes.isEmpty()) {
			this.feeds.forEach((feed) -> feed.changed(changes, snapshot, this.disconnection));
		}
	}

	private void progressed(long revision) {
		CacheSnapshot known = this.applied;
		if (known != null && revision > known.revision()) {
			advance(new CacheSnapshot(range(), revision, known.tree()));
		}
		this.waits.progressed();
	}

	private void advance(CacheSnapshot snapshot) {
		this.applied = snapshot;
		publish(snapshot);
	}

	private void publish(CacheSnapshot snapshot) {
		CacheSnapshot before = this.published;
		// Readers never go back, whatever is still on its way to the watch.
		if (before == null || snapshot.revision() >= before.revision()) {
			this.published = snapshot;
			this.waits.reached(snapshot);
		}
	}

	/**
	 * Return what the watch has told.
	 * @return the snapshot, {@code null} if there is none yet
	 */
	@Nullable CacheSnapshot applied() {
		return this.applied;
	}

	/**
	 * The store has been found to have at a revision what a snapshot has.
	 * @param snapshot a snapshot of an older revision
	 * @param revision the revision
	 */
	void confirmed(CacheSnapshot snapshot, long revision) {
		if (!this.finished) {
			publish(new CacheSnapshot(range(), revision, snapshot.tree()));
		}
	}

	void requestProgress() {
		if (this.watch != null) {
			this.watch.requestProgress();
		}
	}

	@Nullable EtcdException disconnection() {
		return this.disconnection;
	}

	private void connection(@Nullable EtcdException cause) {
		this.disconnection = cause;
		if (cause == null) {
			this.state = CacheState.FOLLOWING;
		}
		else if (this.state == CacheState.FOLLOWING) {
			this.state = CacheState.DISCONNECTED;
		}
		this.feeds.forEach((feed) -> feed.connection(cause, this.applied));
	}

	private void ended(WatchClosed closed) {
		this.tail = null;
		this.watch = null;
		EtcdException cause = closed.cause();
		if (cause != null) {
			lost(cause);
		}
	}

	private void lost(EtcdException cause) {
		if (this.finished) {
			return;
		}
		if (Failures.isFinal(cause)) {
			finish(new End(cause, Failures.because(cause)));
			return;
		}
		connection(cause);
		boolean again = this.applied == null || cause instanceof CompactedException
				|| cause instanceof TooLargeException;
		this.failures = (now() - this.begunAt > SHORT_LIFE_NANOS) ? 1 : this.failures + 1;
		long nanos = this.transport.pauseAfter(this.failures);
		Runnable step = again ? this::list : this::follow;
		if (nanos == 0) {
			step.run();
		}
		else {
			this.pause = this.transport.timer().schedule(nanos, () -> execute(step));
		}
	}

	private long now() {
		return this.transport.timer().nanoTime();
	}

	/**
	 * End for good. May be called on any thread; readers notice at once.
	 * @param how how it ends, unless it has ended already
	 */
	private void finish(End how) {
		if (this.end.compareAndSet(null, how)) {
			execute(() -> cleanUp(how));
		}
	}

	private void cleanUp(End how) {
		this.finished = true;
		this.transport.detach(this.clientClosed);
		this.tail = null;
		this.applied = null;
		this.published = null;
		this.state = CacheState.CLOSED;
		if (this.listing != null) {
			this.listing.cancel();
			this.listing = null;
		}
		if (this.watch != null) {
			this.watch.close();
			this.watch = null;
		}
		if (this.pause != null) {
			this.pause.cancel();
			this.pause = null;
		}
		this.feeds.forEach((feed) -> feed.closed(how.cause()));
		this.feeds.clear();
		this.waits.fail(how.failure());
		EtcdException failure = how.failure().toException();
		this.transport.serialTasks().execute(() -> this.ready.completeExceptionally(failure));
	}

	/**
	 * How it ended.
	 *
	 * @param cause why, {@code null} if the application closed the cache
	 * @param failure what readers are told
	 */
	private record End(@Nullable EtcdException cause, Failure failure) {
	}

	/**
	 * Listens to one watch, and is forgotten with it.
	 */
	private final class Tail implements WatchListener {

		void execute(Runnable task) {
			Follower.this.execute(() -> {
				if (Follower.this.tail == this) {
					task.run();
				}
			});
		}

		@Override
		public void onBatch(WatchBatch batch) {
			execute(() -> apply(batch));
		}

		@Override
		public void onProgress(long revision) {
			execute(() -> progressed(revision));
		}

		@Override
		public void onDisconnected(EtcdException cause) {
			execute(() -> connection(cause));
		}

		@Override
		public void onResumed() {
			execute(() -> connection(null));
		}

		@Override
		public void onClosed(WatchClosed closed) {
			execute(() -> ended(closed));
		}

	}

}
