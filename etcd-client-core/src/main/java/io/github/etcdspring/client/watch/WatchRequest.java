/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.util.concurrent.Flow;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.KeyRange;

/**
 * What to watch, and how. Opened in one of three forms, each as often as wanted. Mutable,
 * for one thread at a time.
 *
 * @since 0.1.0
 */
public final class WatchRequest {

	private static final int LEAST_BUFFER = 1024;

	private final Watches watches;

	private final KeyRange range;

	private long start;

	private boolean previousValues;

	private boolean puts = true;

	private boolean deletes = true;

	private boolean progress;

	private int maxRetries;

	private long bufferBytes = 4 * 1024 * 1024;

	private long maxBatchBytes = 64 * 1024 * 1024;

	WatchRequest(Watches watches, KeyRange range, int maxRetries) {
		this.watches = watches;
		this.range = range;
		this.maxRetries = maxRetries;
	}

	/**
	 * Begin with a revision of the past or the future; every change from it on is seen.
	 * Without it the watch begins now, with the revision that {@link Watch#ready()}
	 * tells.
	 * @param revision the first revision of interest, positive
	 * @return this request
	 * @throws IllegalArgumentException if the revision is not positive
	 */
	public WatchRequest fromRevision(long revision) {
		if (revision < 1) {
			throw new IllegalArgumentException("'revision' must be positive but was " + revision
					+ "; leave it out to watch from now, or use 1 for the whole history");
		}
		this.start = revision;
		return this;
	}

	/**
	 * Tell with each change how the key was before. A server that is busy may leave that
	 * out of the first changes; those are asked for again, so that a compaction in that
	 * moment ends the watch.
	 * @return this request
	 */
	public WatchRequest previousValues() {
		this.previousValues = true;
		return this;
	}

	/**
	 * Leave out puts.
	 * @return this request
	 */
	public WatchRequest withoutPuts() {
		this.puts = false;
		return this;
	}

	/**
	 * Leave out deletions.
	 * @return this request
	 */
	public WatchRequest withoutDeletes() {
		this.deletes = false;
		return this;
	}

	/**
	 * Tell also of revisions that change nothing here: about every ten minutes, as the
	 * server is configured, and when {@link Watch#requestProgress()} asks for it. A watch
	 * of a quiet range so stays clear of compaction. It has a stream of its own. Before
	 * 3.4.31 and 3.5.13 servers could tell of revisions whose changes they had not sent;
	 * from them, and from a member whose status the user may not read, nothing is told.
	 * @return this request
	 */
	public WatchRequest progress() {
		this.progress = true;
		return this;
	}

	/**
	 * Set how many attempts in a row to connect may fail before the watch ends, with the
	 * one that broke counted. Each attempt asks all endpoints; after five tokens in a row
	 * that the server has refused, each further one counts, too. The default is the
	 * client's.
	 * @param maxRetries the number; 0 ends the watch with its connection, -1 is without
	 * limit
	 * @return this request
	 * @throws IllegalArgumentException if it is less than -1
	 */
	public WatchRequest maxRetries(int maxRetries) {
		this.maxRetries = Arguments.maxRetries(maxRetries);
		return this;
	}

	/**
	 * Set how much may wait for a slow listener, keys and values together with an
	 * estimate of what they cost. More is left with the server until half of it is
	 * handled; nothing is lost unless it is compacted meanwhile, which is reported. The
	 * default is 4 MiB.
	 * @param bytes the size in bytes, at least 1024
	 * @return this request
	 * @throws IllegalArgumentException if it is smaller
	 */
	public WatchRequest bufferBytes(long bytes) {
		if (bytes < LEAST_BUFFER) {
			throw new IllegalArgumentException(
					"'bufferBytes' must be at least " + LEAST_BUFFER + " bytes but was " + bytes);
		}
		this.bufferBytes = bytes;
		return this;
	}

	/**
	 * Set how large a single revision may be; a larger one ends the watch with a
	 * {@link io.github.etcdspring.client.error.TooLargeException TooLargeException},
	 * because it must be held as a whole. The default is 64 MiB.
	 * @param bytes the size in bytes, positive
	 * @return this request
	 * @throws IllegalArgumentException if it is not positive
	 */
	public WatchRequest maxBatchBytes(long bytes) {
		if (bytes < 1) {
			throw new IllegalArgumentException("'maxBatchBytes' must be positive but was " + bytes);
		}
		this.maxBatchBytes = bytes;
		return this;
	}

	/**
	 * Watch, and tell a listener.
	 * @param listener the listener
	 * @return the watch, which the caller closes
	 */
	public Watch open(WatchListener listener) {
		Arguments.notNull(listener, "listener");
		return this.watches.open(options(this.progress), (watch) -> new ListenerSink(watch, listener));
	}

	/**
	 * Watch, and wait for changes on a thread of the application. It has a stream of its
	 * own, and what is not taken stays with the server.
	 * @return the batches, which the caller closes
	 */
	public WatchIterator iterate() {
		return WatchIterator.open(this.watches, options(true));
	}

	/**
	 * Make a publisher of changes. Each subscriber has a watch and a stream of its own,
	 * and gets no more than it asks for; what it does not ask for stays with the server.
	 * A subscription from now begins when it is made. The end of a watch is an error;
	 * there is no completion.
	 * @return the publisher
	 */
	public Flow.Publisher<WatchBatch> publisher() {
		return new WatchPublisher(this.watches, options(true));
	}

	private WatchOptions options(boolean ownStream) {
		if (!this.puts && !this.deletes) {
			throw new IllegalArgumentException(
					"'withoutPuts' and 'withoutDeletes' leave nothing to watch; use at most one of them");
		}
		return new WatchOptions(this.range, this.start, this.previousValues, this.puts, this.deletes, this.progress,
				this.maxRetries, this.bufferBytes, this.maxBatchBytes, ownStream);
	}

}
