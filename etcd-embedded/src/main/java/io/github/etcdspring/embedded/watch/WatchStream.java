/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.watch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.mvcc.Committed;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchResponse;

/**
 * The watches of one stream and what waits to be sent on it. The methods for the service
 * take the server's shared lock themselves; a stream may be used by one thread at a time
 * for requests, while events come from any thread.
 *
 * @since 0.1.0
 */
public final class WatchStream {

	/** The watch id of answers that are about no watch, or about all of the stream. */
	private static final long NO_WATCH = -1;

	/** As many answers as etcd lets wait before it reads no further request. */
	private static final int MAX_ANSWERS = 128;

	private static final int MAX_EVENTS = 4096;

	private static final long MAX_BYTES = 1 << 20;

	private final WatchHub hub;

	private final Sink sink;

	private final Map<Long, Watch> watches = new HashMap<>();

	private final Set<Watch> behind = new LinkedHashSet<>();

	/** Watches that want progress reports; true if there was no event since the last. */
	private final Map<Watch, Boolean> progress = new HashMap<>();

	private final Queue<Outgoing> queue = new ArrayDeque<>();

	private int queuedAnswers;

	private int queuedEvents;

	private long queuedBytes;

	private long nextId;

	private boolean sending;

	private boolean closed;

	private @Nullable Runnable roomWaiter;

	private EtcdClock.@Nullable Cancellable ticker;

	WatchStream(WatchHub hub, Sink sink) {
		this.hub = hub;
		this.sink = sink;
	}

	/**
	 * Create a watch and queue the answer; the reason of a refusal is in the answer.
	 * @param request what to watch; its start revision is not negative
	 */
	public void create(WatchCreateRequest request) {
		this.hub.inOrder(this, () -> {
			WatchRange range = WatchRange.of(request.getKey(), request.getRangeEnd());
			if (range.isEmpty()) {
				queueRefusal("mvcc: watcher range is empty");
			}
			else if (request.getWatchId() != 0 && this.watches.containsKey(request.getWatchId())) {
				queueRefusal("mvcc: duplicate watch ID provided on the WatchStream");
			}
			else if (!this.closed) {
				add(request, range);
			}
		});
	}

	private void add(WatchCreateRequest request, WatchRange range) {
		long id = (request.getWatchId() != 0) ? request.getWatchId() : unusedId();
		Watch watch = new Watch(this, id, range, request, this.hub.revision());
		this.watches.put(id, watch);
		this.hub.index().add(range, watch);
		if (request.getProgressNotify()) {
			this.progress.put(watch, true);
			startTicker();
		}
		queueAnswer(WatchResponse.newBuilder().setHeader(this.hub.header()).setWatchId(id).setCreated(true));
		if (watch.state() == Watch.State.BEHIND) {
			this.behind.add(watch);
		}
	}

	private long unusedId() {
		while (this.watches.containsKey(this.nextId)) {
			this.nextId++;
		}
		return this.nextId++;
	}

	/**
	 * Answer a request to create a watch with a refusal.
	 * @param reason why, in etcd's words
	 */
	public void refuse(String reason) {
		this.hub.inOrder(this, () -> queueRefusal(reason));
	}

	/**
	 * Cancel a watch and queue the answer. An unknown id is not answered, as in etcd.
	 * @param id the watch
	 */
	public void cancel(long id) {
		this.hub.inOrder(this, () -> {
			Watch watch = this.watches.remove(id);
			if (watch != null) {
				end(watch, Watch.State.GONE);
				queueAnswer(WatchResponse.newBuilder().setHeader(this.hub.header()).setWatchId(id).setCanceled(true));
			}
		});
	}

	/**
	 * Queue a progress report for the whole stream, if it has a watch and all are synced;
	 * otherwise nothing is ever answered, as in etcd.
	 */
	public void requestProgress() {
		this.hub.inOrder(this, () -> {
			if (!this.watches.isEmpty()
					&& this.watches.values().stream().allMatch((watch) -> watch.isSynced(this.hub.revision()))) {
				queueAnswer(WatchResponse.newBuilder().setHeader(this.hub.header()).setWatchId(NO_WATCH));
			}
		});
	}

	/**
	 * Run an action as soon as few enough answers wait to be sent: at once, or on the
	 * thread that sends. Replaces an action that still waits.
	 * @param action what to run
	 */
	public void whenRoom(Runnable action) {
		synchronized (this.hub) {
			if (this.queuedAnswers >= MAX_ANSWERS) {
				this.roomWaiter = action;
				return;
			}
		}
		action.run();
	}

	/**
	 * Go on sending; to be called when the sink has become ready.
	 */
	public void ready() {
		synchronized (this.hub) {
			wake();
		}
	}

	/**
	 * Cancel all watches and send nothing any more.
	 */
	public void close() {
		synchronized (this.hub) {
			this.closed = true;
			this.watches.values().forEach((watch) -> end(watch, Watch.State.GONE));
			this.watches.clear();
			this.queue.clear();
			this.roomWaiter = null;
			if (this.ticker != null) {
				this.ticker.cancel();
				this.ticker = null;
			}
			this.hub.forget(this);
		}
	}

	// queue the collected changes of a live watch, or let it fall behind if too much
	// waits already
	void deliver(Watch watch, ResponseHeader header) {
		List<Committed> changes = watch.takeCollected();
		if (this.queuedEvents >= MAX_EVENTS || this.queuedBytes >= MAX_BYTES) {
			watch.fallBehind(header.getRevision());
			this.behind.add(watch);
		}
		else {
			queueBatch(watch, header, changes);
		}
	}

	void queueBatch(Watch watch, ResponseHeader header, List<Committed> changes) {
		Outgoing.Batch batch = Outgoing.Batch.of(watch, header, changes);
		this.queue.add(batch);
		this.queuedEvents += changes.size();
		this.queuedBytes += batch.bytes();
		this.progress.replace(watch, false);
		wake();
	}

	void caughtUp(Watch watch) {
		this.behind.remove(watch);
	}

	// read no history any more for a watch that has lost it
	void lose(Watch watch) {
		watch.loseHistory();
		this.behind.remove(watch);
	}

	void compacted(Watch watch, long compactRevision) {
		end(watch, Watch.State.COMPACTED);
		ResponseHeader header = this.hub.header().toBuilder().setRevision(0).build();
		queueAnswer(WatchResponse.newBuilder()
			.setHeader(header)
			.setWatchId(watch.id())
			.setCanceled(true)
			.setCompactRevision(compactRevision));
	}

	// return the watches to catch up next: some of those behind, none while much waits to
	// be sent
	List<Watch> lagging(int max) {
		if (this.queuedEvents >= MAX_EVENTS / 2 || this.queuedBytes >= MAX_BYTES / 2) {
			return List.of();
		}
		List<Watch> lagging = new ArrayList<>(Math.min(max, this.behind.size()));
		for (Watch watch : this.behind) {
			if (lagging.size() == max) {
				break;
			}
			lagging.add(watch);
		}
		return lagging;
	}

	int watchCount() {
		int count = 0;
		for (Watch watch : this.watches.values()) {
			if (watch.state() != Watch.State.COMPACTED) {
				count++;
			}
		}
		return count;
	}

	// return about how much the queued events take
	long queuedBytes() {
		return this.queuedBytes;
	}

	boolean isLagging() {
		return !this.behind.isEmpty();
	}

	// take what is to be sent next
	@Nullable Outgoing poll() {
		for (Outgoing next = this.queue.poll(); next != null; next = this.queue.poll()) {
			if (next instanceof Outgoing.Batch batch) {
				this.queuedEvents -= batch.changes().size();
				this.queuedBytes -= batch.bytes();
				if (batch.watch().state() == Watch.State.GONE) {
					continue;
				}
			}
			else {
				this.queuedAnswers--;
			}
			return next;
		}
		return null;
	}

	@Nullable Runnable takeRoomWaiter() {
		if (this.queuedAnswers >= MAX_ANSWERS / 2) {
			return null;
		}
		Runnable waiter = this.roomWaiter;
		this.roomWaiter = null;
		return waiter;
	}

	Sink sink() {
		return this.sink;
	}

	/**
	 * Have somebody send what waits, unless somebody does, or the client takes nothing.
	 */
	void wake() {
		if (!this.sending && !this.closed && !(this.queue.isEmpty() && this.behind.isEmpty()) && this.sink.isReady()) {
			this.sending = true;
			this.hub.send(this);
		}
	}

	void sent() {
		this.sending = false;
		wake();
	}

	private void queueRefusal(String reason) {
		queueAnswer(WatchResponse.newBuilder()
			.setHeader(this.hub.header())
			.setWatchId(NO_WATCH)
			.setCreated(true)
			.setCanceled(true)
			.setCancelReason(reason));
	}

	private void queueAnswer(WatchResponse.Builder answer) {
		if (!this.closed) {
			this.queue.add(new Outgoing.Answer(answer.build()));
			this.queuedAnswers++;
		}
	}

	private void end(Watch watch, Watch.State last) {
		watch.end(last);
		this.hub.index().remove(watch.range(), watch);
		this.behind.remove(watch);
		this.progress.remove(watch);
	}

	private void startTicker() {
		if (this.ticker == null) {
			this.ticker = this.hub.nextTick(() -> this.hub.inOrder(this, this::tick));
		}
	}

	private void tick() {
		this.ticker = null;
		if (this.closed || this.progress.isEmpty()) {
			return;
		}
		this.progress.forEach((watch, idle) -> {
			if (idle && watch.isSynced(this.hub.revision())) {
				queueAnswer(WatchResponse.newBuilder().setHeader(this.hub.header()).setWatchId(watch.id()));
			}
		});
		this.progress.replaceAll((watch, idle) -> true);
		startTicker();
	}

	/**
	 * Where the messages of a stream go.
	 *
	 * @since 0.1.0
	 */
	public interface Sink {

		/**
		 * Return if a message would go out without waiting. When this becomes true again,
		 * {@link WatchStream#ready()} is to be called. Must not block.
		 * @return true if so
		 */
		boolean isReady();

		/**
		 * Send a message. Called by one thread at a time.
		 * @param message the message
		 */
		void send(WatchResponse message);

		/**
		 * End the call, if it has not ended: sending failed, and the stream is closed.
		 * @param cause why
		 */
		void fail(RuntimeException cause);

	}

}
