/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.SerialTasks;
import io.github.etcdspring.proto.Event;

/**
 * One watch: what it wants, which revision comes next, and how much waits to be handled.
 * It outlives connections, and may move from one stream to another. Unless said
 * otherwise, everything happens in the context of the stream that it is on.
 */
final class WatchCursor {

	private static final long OVERFLOW_WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

	private static final int OVERFLOWS = 3;

	private static final int TOKENS = 5;

	private static final int TIMES_ASKED_AGAIN = 3;

	private final WatchOptions options;

	private final SerialTasks callbacks;

	private final Sink sink;

	private final BatchAssembler assembler;

	private final CompletableFuture<Long> ready = new CompletableFuture<>();

	/**
	 * What waits to be handled, in bytes. Added to in the context, taken from anywhere.
	 */
	private final AtomicLong waiting = new AtomicLong();

	private final Deque<Long> overflows = new ArrayDeque<>();

	/** The revision of the store when the server began to watch. */
	private long historyEnd;

	private boolean overflowedInHistory;

	private volatile @Nullable WatchStream stream;

	private State state = State.DETACHED;

	/** The id on the stream; each opening has another one. */
	private long id;

	/** The next revision to come, 0 for a watch from now that has not begun. */
	private volatile long nextRevision;

	/** The next revision to be handed to the application. */
	private volatile long deliveredRevision;

	/** Whether the server has ever watched. */
	private boolean begun;

	/** Whether this opening is known to tell how keys were before. */
	private boolean previousTold;

	/** The revision that was asked for again, because it came without that. */
	private long askedAgain;

	private int timesAskedAgain;

	private boolean disconnected;

	/** Attempts in a row that failed since this watch takes part in them. */
	private int attempts;

	private boolean denied;

	/** Tokens in a row with which this watch was refused. */
	private int refusals;

	/** Whether the stream waits until half of the buffer is handled. */
	private volatile boolean waitsForRoom;

	private volatile boolean dropped;

	WatchCursor(WatchOptions options, Namespace namespace, SerialTasks callbacks, Function<WatchCursor, Sink> sink) {
		this.options = options;
		this.callbacks = callbacks;
		this.assembler = new BatchAssembler(namespace);
		this.nextRevision = options.start();
		this.deliveredRevision = options.start();
		this.sink = sink.apply(this);
	}

	WatchOptions options() {
		return this.options;
	}

	SerialTasks callbacks() {
		return this.callbacks;
	}

	CompletableFuture<Long> ready() {
		return this.ready.copy();
	}

	State state() {
		return this.state;
	}

	void state(State state) {
		this.state = state;
	}

	long id() {
		return this.id;
	}

	/**
	 * A create request goes out.
	 * @param id the id of the watch from now on
	 */
	void creating(long id) {
		this.id = id;
		this.state = State.CREATING;
		this.previousTold = !this.options.previousValues();
		this.assembler.clear();
	}

	/**
	 * The server has chosen another id.
	 * @param id the id on the stream
	 */
	void renamed(long id) {
		this.id = id;
	}

	void moveTo(WatchStream stream) {
		this.stream = stream;
		this.state = State.DETACHED;
	}

	/**
	 * Run a task in the context of the stream on which the watch is then. May be called
	 * on any thread.
	 * @param task the task; it gets the stream
	 */
	void execute(StreamTask task) {
		WatchStream current = this.stream;
		if (current != null) {
			current.execute(() -> {
				if (this.stream == current) {
					task.run(current);
				}
				else {
					execute(task);
				}
			});
		}
	}

	long nextRevision() {
		return this.nextRevision;
	}

	/**
	 * Whether the server has ever watched.
	 * @return whether it was permitted once
	 */
	boolean hasBegun() {
		return this.begun;
	}

	/**
	 * The server watches from now on.
	 * @param storeRevision the revision of the store in its answer
	 */
	void created(long storeRevision) {
		this.state = State.ACTIVE;
		this.historyEnd = storeRevision;
		this.denied = false;
		this.refusals = 0;
		if (this.nextRevision == 0) {
			// A member may know of its watch a little earlier than of this revision; what
			// comes from before is dropped, so that the beginning is exact.
			this.nextRevision = storeRevision + 1;
			this.deliveredRevision = this.nextRevision;
		}
		long start = this.nextRevision;
		if (!this.begun) {
			this.begun = true;
			this.callbacks.execute(() -> this.ready.complete(start));
		}
		if (this.disconnected) {
			this.disconnected = false;
			this.sink.resumed();
		}
	}

	/**
	 * Events have come. Afterwards the watch is {@link State#PAUSED} if its buffer is
	 * full, and {@link State#DETACHED} if it must be asked for again.
	 * @param header the header of the message
	 * @param events the events in order
	 * @param complete whether no fragment follows
	 * @param mayPause whether the server can be asked to stop
	 * @return why the watch cannot go on, or {@code null}
	 */
	@Nullable Failure received(Header header, List<Event> events, boolean complete, boolean mayPause) {
		Failure[] failure = new Failure[1];
		this.assembler.add(header, events, this.nextRevision, complete, (batch, size) -> {
			if (this.state != State.ACTIVE) {
				// The buffer is full; it comes again.
				return;
			}
			if (size > this.options.maxBatchBytes()) {
				failure[0] = tooLarge(batch.revision());
				this.state = State.PAUSED;
				return;
			}
			if (!this.previousTold && comesWithoutPrevious(batch)) {
				this.state = State.DETACHED;
				return;
			}
			this.nextRevision = batch.revision() + 1;
			this.overflowedInHistory &= batch.revision() < this.historyEnd;
			if (this.waiting.addAndGet(size) > this.options.bufferBytes() && mayPause) {
				this.state = State.PAUSED;
			}
			this.sink.batch(batch, size);
		});
		if (failure[0] == null && this.assembler.heldSize() > this.options.maxBatchBytes()) {
			return tooLarge(this.assembler.heldRevision());
		}
		return failure[0];
	}

	/**
	 * A server that is busy begins to watch before it has noted that previous values are
	 * wanted, and tells the first changes without them. Asking again for the same
	 * revision brings them, unless they have been compacted.
	 * @param batch what has come
	 * @return whether to ask again
	 */
	private boolean comesWithoutPrevious(WatchBatch batch) {
		boolean due = false;
		for (WatchEvent event : batch.events()) {
			this.previousTold |= event.previous() != null;
			due |= !event.isCreate();
		}
		if (!due || this.previousTold) {
			return false;
		}
		if (batch.revision() != this.askedAgain) {
			this.askedAgain = batch.revision();
			this.timesAskedAgain = 0;
		}
		this.previousTold = ++this.timesAskedAgain > TIMES_ASKED_AGAIN;
		return !this.previousTold;
	}

	private Failure tooLarge(long revision) {
		return Failure.ofRead("watch", StatusCode.RESOURCE_EXHAUSTED, Reason.RESPONSE_TOO_LARGE)
			.withDetail("the changes of revision " + revision + " have more than " + this.options.maxBatchBytes()
					+ " bytes: raise the watch's maxBatchBytes");
	}

	/**
	 * Whether no revision is incomplete.
	 * @return whether the next message does not go on with one
	 */
	boolean holdsNothing() {
		return this.assembler.heldSize() == 0;
	}

	/**
	 * Everything up to a revision has come.
	 * @param revision the revision
	 */
	void progressed(long revision) {
		if (this.state == State.ACTIVE && holdsNothing() && revision >= this.nextRevision - 1) {
			this.nextRevision = revision + 1;
			this.sink.progress(revision);
		}
	}

	/**
	 * The buffer is full for one more time. A server reads a history from the place asked
	 * for to its end, however little of it is taken: to ask for a long one buffer by
	 * buffer would take the square of its length.
	 * @param now the time
	 * @return whether this happens too often to go on as before
	 */
	boolean overflowed(long now) {
		boolean before = this.overflowedInHistory;
		this.overflowedInHistory = this.nextRevision <= this.historyEnd;
		this.overflows.add(now);
		while (now - this.overflows.getFirst() > OVERFLOW_WINDOW_NANOS) {
			this.overflows.removeFirst();
		}
		return this.overflows.size() >= OVERFLOWS || (before && this.overflowedInHistory);
	}

	/**
	 * Whether the buffer takes more. If not, the stream is told once half of it is
	 * handled.
	 * @param limit how full it may be
	 * @return whether there is room
	 */
	boolean hasRoom(long limit) {
		if (this.waiting.get() <= limit) {
			return true;
		}
		this.waitsForRoom = true;
		if (this.waiting.get() > this.options.bufferBytes() / 2) {
			return false;
		}
		this.waitsForRoom = false;
		return true;
	}

	/**
	 * A batch was handled, or never will be. May be called on any thread.
	 * @param size its size in bytes
	 */
	void handled(long size) {
		long rest = this.waiting.addAndGet(-size);
		if (this.waitsForRoom && rest <= this.options.bufferBytes() / 2) {
			this.waitsForRoom = false;
			execute((current) -> current.roomAgain(this));
		}
	}

	/**
	 * An attempt to connect has failed.
	 * @param streamAttempts how many failed in a row for the stream, which may be older
	 * than this watch; 0 if this is not counted
	 * @return whether they are too many for this watch
	 */
	boolean isTiredAfter(int streamAttempts) {
		if (streamAttempts == 0) {
			return false;
		}
		this.attempts = Math.min(streamAttempts, this.attempts + 1);
		return this.options.maxRetries() >= 0 && this.attempts > this.options.maxRetries();
	}

	void disconnected(Failure failure) {
		this.assembler.clear();
		if (this.state == State.CREATING || this.state == State.ACTIVE) {
			this.state = State.DETACHED;
		}
		if (!this.disconnected && this.begun) {
			this.disconnected = true;
			this.sink.disconnected(failure.toException());
		}
	}

	/**
	 * The server has refused the token. Tokens may expire before they are used, and users
	 * and roles may change again and again: after a few it counts as an attempt.
	 * @return whether to try another token
	 */
	boolean refusedToken() {
		this.refusals++;
		return this.options.maxRetries() < 0 || this.refusals <= TOKENS + this.options.maxRetries();
	}

	/**
	 * Whether tokens were refused so often that each further one counts as an attempt.
	 * @return whether others that work should be left alone
	 */
	boolean isRefusedOften() {
		return this.refusals > TOKENS;
	}

	/**
	 * Whether to try once more with another token, because old servers say so of a token
	 * that is no longer valid.
	 * @return whether it is the first time
	 */
	boolean deniedFirst() {
		boolean first = !this.denied;
		this.denied = true;
		return first;
	}

	/**
	 * End the watch, once.
	 * @param failure why, {@code null} if the application closed it
	 */
	void end(@Nullable Failure failure) {
		if (this.state == State.ENDED) {
			return;
		}
		this.state = State.ENDED;
		if (failure == null || failure.reason() == Reason.CLOSED) {
			this.dropped = true;
		}
		EtcdException cause = (failure != null) ? failure.toException() : null;
		this.callbacks.execute(() -> {
			if (cause != null) {
				this.ready.completeExceptionally(cause);
			}
			else {
				this.ready.cancel(false);
			}
		});
		this.sink.closed(new WatchClosed(this.nextRevision, cause));
	}

	/**
	 * The application closes the watch: nothing that waits is handed over any more. May
	 * be called on any thread.
	 */
	void drop() {
		this.dropped = true;
	}

	boolean isDropped() {
		return this.dropped;
	}

	/**
	 * A batch, or progress, is being handed over. Belongs to the callbacks.
	 * @param next the revision after it
	 */
	void delivering(long next) {
		this.deliveredRevision = next;
	}

	long deliveredRevision() {
		return this.deliveredRevision;
	}

	/**
	 * What a watch is to the server of its stream.
	 */
	enum State {

		/** Unknown. */
		DETACHED,

		/** Asked for. */
		CREATING,

		/** Watching. */
		ACTIVE,

		/** Cancelled until the application has handled what it has. */
		PAUSED,

		/** Over. */
		ENDED

	}

	/**
	 * A task in the context of a stream.
	 */
	@FunctionalInterface
	interface StreamTask {

		void run(WatchStream stream);

	}

}
