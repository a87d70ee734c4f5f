/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.mvcc.CommitListener;
import io.github.etcdspring.embedded.mvcc.Committed;
import io.github.etcdspring.embedded.mvcc.MvccStore;
import io.github.etcdspring.embedded.mvcc.Revision;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.proto.ResponseHeader;

/**
 * All watches of the server. A committed revision is queued at once for the watches that
 * cover one of its keys, found by an index; a few threads shared by all streams send what
 * is queued, as far as each client takes it. A watch whose stream has too much waiting
 * keeps nothing but its next revision, and reads on from the store later.
 * <p>
 * The monitor of this object guards all watches and queues. It is taken inside of the
 * server's lock, never the other way round; nothing is sent with either held.
 *
 * @since 0.1.0
 */
public final class WatchHub implements CommitListener, AutoCloseable {

	/**
	 * How often etcd looks after the watches that are behind. That the history of one is
	 * gone it finds in such a pass, some time after it has answered the creation.
	 */
	private static final Duration SYNC_INTERVAL = Duration.ofMillis(100);

	/** How often etcd reports progress by default; its jitter is left out. */
	private static final Duration PROGRESS_INTERVAL = Duration.ofMinutes(10);

	/** What etcd adds to the request limit before it splits a message. */
	private static final int OVERHEAD_BYTES = 512 * 1024;

	/** How many watches read history together. */
	private static final int MAX_LAGGING = 512;

	private static final int MAX_EVENTS = 1000;

	private static final long MAX_BYTES = 1 << 20;

	/** How many messages of a stream are sent before another stream gets its turn. */
	private static final int MAX_TURN = 256;

	private final MvccStore store;

	private final EtcdClock clock;

	private final EtcdClock realTime;

	private final Supplier<ResponseHeader> header;

	private final Shared shared;

	private final int fragmentBytes;

	private final RangeIndex<Watch> index = new RangeIndex<>();

	private final Set<WatchStream> streams = new HashSet<>();

	private final ThreadPoolExecutor senders;

	/**
	 * Create a hub without watches. It has to be added to the store as a listener.
	 * @param store where history is read
	 * @param clock the clock progress reports go by
	 * @param header builds a header with the store's revision; called inside of the lock
	 * @param shared runs what needs the store to stand still
	 * @param maxRequestBytes the request limit of the server; a message larger than that,
	 * and half a MiB, is split if the watch wants that
	 */
	public WatchHub(MvccStore store, EtcdClock clock, Supplier<ResponseHeader> header, Shared shared,
			int maxRequestBytes) {
		this(store, clock, EtcdClock.system(), header, shared, maxRequestBytes);
	}

	// real time passes also while the clock stands still; it is closed with the hub
	WatchHub(MvccStore store, EtcdClock clock, EtcdClock realTime, Supplier<ResponseHeader> header, Shared shared,
			int maxRequestBytes) {
		this.store = store;
		this.clock = clock;
		this.realTime = realTime;
		this.header = header;
		this.shared = shared;
		this.fragmentBytes = (int) Math.min(Integer.MAX_VALUE, (long) maxRequestBytes + OVERHEAD_BYTES);
		this.senders = new ThreadPoolExecutor(2, 2, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), (task) -> {
			Thread thread = new Thread(task, "etcd-embedded-watch");
			thread.setDaemon(true);
			return thread;
		}, new ThreadPoolExecutor.DiscardPolicy());
		this.senders.allowCoreThreadTimeOut(true);
	}

	/**
	 * Open a stream without watches.
	 * @param sink where its messages go
	 * @return the stream, to be closed by the caller
	 */
	public WatchStream open(WatchStream.Sink sink) {
		WatchStream stream = new WatchStream(this, sink);
		synchronized (this) {
			this.streams.add(stream);
		}
		return stream;
	}

	@Override
	public synchronized void committed(Revision revision) {
		List<Watch> touched = new ArrayList<>();
		for (Committed change : revision.events()) {
			this.index.visit(key(change), (watch) -> {
				if (watch.state() == Watch.State.LIVE && watch.collect(revision.revision(), change)) {
					touched.add(watch);
				}
			});
		}
		if (!touched.isEmpty()) {
			ResponseHeader at = this.header.get().toBuilder().setRevision(revision.revision()).build();
			touched.forEach((watch) -> watch.stream().deliver(watch, at));
		}
	}

	/**
	 * End all streams without a word; the transport tells the clients.
	 */
	@Override
	public void close() {
		synchronized (this) {
			List.copyOf(this.streams).forEach(WatchStream::close);
		}
		this.realTime.close();
		this.senders.shutdown();
	}

	/**
	 * Wait until nothing is sent any more. To be called after {@link #close()}.
	 * @param timeout how long to wait at most
	 * @param unit the unit of the timeout
	 * @return whether the threads have ended
	 * @throws InterruptedException if the thread is interrupted
	 */
	public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
		return this.senders.awaitTermination(timeout, unit);
	}

	/**
	 * Return how many watches can get events.
	 * @return the number of watches that are not cancelled
	 */
	public synchronized int watchCount() {
		return this.streams.stream().mapToInt(WatchStream::watchCount).sum();
	}

	/**
	 * Return about how much the queued events of all streams take.
	 * @return the size in bytes
	 */
	public synchronized long queuedBytes() {
		return this.streams.stream().mapToLong(WatchStream::queuedBytes).sum();
	}

	// run an action while no revision is committed, with the monitor held
	void inOrder(WatchStream stream, Runnable action) {
		this.shared.read(() -> {
			synchronized (this) {
				action.run();
				stream.wake();
				return true;
			}
		});
	}

	RangeIndex<Watch> index() {
		return this.index;
	}

	long revision() {
		return this.store.revision();
	}

	ResponseHeader header() {
		return this.header.get();
	}

	EtcdClock.Cancellable nextTick(Runnable tick) {
		return this.clock.schedule(PROGRESS_INTERVAL, tick);
	}

	void forget(WatchStream stream) {
		this.streams.remove(stream);
	}

	// have the stream's messages sent by another thread
	void send(WatchStream stream) {
		this.senders.execute(() -> sendTurn(stream));
	}

	private void sendTurn(WatchStream stream) {
		try {
			for (int turn = 0; turn < MAX_TURN && stream.sink().isReady(); turn++) {
				if (isLagging(stream)) {
					this.shared.read(() -> catchUp(stream));
				}
				Outgoing next = poll(stream);
				if (next instanceof Outgoing.Answer answer) {
					stream.sink().send(answer.response());
					letIn(stream);
				}
				else if (next instanceof Outgoing.Batch batch) {
					batch.build(this.fragmentBytes, stream.sink()::send);
				}
				else if (!isLagging(stream)) {
					break;
				}
			}
		}
		catch (RuntimeException ex) {
			stream.close();
			stream.sink().fail(ex);
		}
		finally {
			synchronized (this) {
				stream.sent();
			}
		}
	}

	private synchronized boolean isLagging(WatchStream stream) {
		return stream.isLagging();
	}

	private synchronized @Nullable Outgoing poll(WatchStream stream) {
		return stream.poll();
	}

	private void letIn(WatchStream stream) {
		Runnable waiter;
		synchronized (this) {
			waiter = stream.takeRoomWaiter();
		}
		if (waiter != null) {
			waiter.run();
		}
	}

	// read a piece of history for some of the watches that are behind, and queue it;
	// the answer is how many took part
	private synchronized int catchUp(WatchStream stream) {
		long compacted = this.store.compactedRevision();
		RangeIndex<Watch> group = new RangeIndex<>();
		List<Watch> members = new ArrayList<>();
		List<Watch> lost = new ArrayList<>();
		long from = Long.MAX_VALUE;
		for (Watch watch : stream.lagging(MAX_LAGGING)) {
			if (watch.next() < compacted) {
				stream.lose(watch);
				lost.add(watch);
				continue;
			}
			from = Math.min(from, watch.next());
			group.add(watch.range(), watch);
			members.add(watch);
		}
		if (!members.isEmpty()) {
			readHistory(stream, from, group, members);
		}
		if (!lost.isEmpty()) {
			this.realTime.schedule(SYNC_INTERVAL, () -> inOrder(stream, () -> tellLost(stream, lost)));
		}
		return members.size();
	}

	private void tellLost(WatchStream stream, List<Watch> lost) {
		long compacted = this.store.compactedRevision();
		for (Watch watch : lost) {
			// it may have been cancelled meanwhile
			if (watch.state() == Watch.State.LOST) {
				stream.compacted(watch, compacted);
			}
		}
	}

	private void readHistory(WatchStream stream, long from, RangeIndex<Watch> group, List<Watch> members) {
		long current = this.store.revision();
		List<Watch> touched = new ArrayList<>();
		long reached = current;
		long bytes = 0;
		for (Revision revision : this.store.history(from, current, MAX_EVENTS)) {
			if (bytes >= MAX_BYTES) {
				break;
			}
			for (Committed change : revision.events()) {
				group.visit(key(change), (watch) -> {
					if (watch.collect(revision.revision(), change)) {
						touched.add(watch);
					}
				});
				bytes += change.event().getSerializedSize();
			}
			reached = revision.revision();
		}
		ResponseHeader at = header();
		touched.forEach((watch) -> stream.queueBatch(watch, at, watch.takeCollected()));
		for (Watch watch : members) {
			watch.reached(reached, current);
			if (watch.state() == Watch.State.LIVE) {
				stream.caughtUp(watch);
			}
		}
	}

	private static ByteString key(Committed change) {
		return change.event().getKv().getKey();
	}

	/**
	 * Runs something with the server's shared lock held.
	 *
	 * @since 0.1.0
	 */
	@FunctionalInterface
	public interface Shared {

		/**
		 * Run it.
		 * @param <T> the type of the answer
		 * @param action what to run
		 * @return its answer
		 */
		<T> T read(Supplier<T> action);

	}

}
