/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.KeyValue;

/**
 * Every version of every key since the last compaction, in memory.
 * <p>
 * Not safe for several threads by itself: what changes it runs alone, what reads it may
 * run beside other reads. The node's lock sees to that.
 *
 * @since 0.1.0
 */
public final class MvccStore implements Readable {

	static final ByteString FROM_KEY = ByteString.copyFrom(new byte[1]);

	/** What etcd's key, record and page overhead make of one version. */
	private static final int VERSION_OVERHEAD = 48;

	private final TreeMap<Key, KeyHistory> keys = new TreeMap<>();

	private final History history = new History();

	private final List<CommitListener> listeners = new CopyOnWriteArrayList<>();

	private LeaseKeys leases = LeaseKeys.NONE;

	private long revision = 1;

	private long compacted = -1;

	private long sizeBytes;

	private long allocatedBytes;

	private @Nullable Change open;

	/**
	 * Sets who keeps the leases. Without it every lease other than 0 is unknown.
	 * @param leases the leases
	 */
	public void leases(LeaseKeys leases) {
		this.leases = leases;
	}

	/**
	 * Adds a listener, which hears of every later revision.
	 * @param listener the listener
	 */
	public void addListener(CommitListener listener) {
		this.listeners.add(listener);
	}

	/**
	 * Returns the newest revision.
	 * @return the revision, 1 for a store that was never written
	 */
	public long revision() {
		return this.revision;
	}

	/**
	 * Returns the revision of the last compaction, the oldest that can be read.
	 * @return the revision, -1 if there was no compaction
	 */
	public long compactedRevision() {
		return this.compacted;
	}

	/**
	 * Returns an estimate of the space that all versions take.
	 * @return the size in bytes
	 */
	public long sizeBytes() {
		return this.sizeBytes;
	}

	/**
	 * Returns the space that a file would have, which grows and does not shrink by
	 * itself: the most that the versions took since the last {@link #defragment()}.
	 * @return the size in bytes
	 */
	public long allocatedBytes() {
		return this.allocatedBytes;
	}

	/**
	 * Gives the space back that compacted versions took.
	 */
	public void defragment() {
		this.allocatedBytes = this.sizeBytes;
	}

	@Override
	public RangeResult range(ByteString key, ByteString end, long revision, RangeOptions options) {
		return range(key, end, revision, options, this.revision);
	}

	RangeResult range(ByteString key, ByteString end, long revision, RangeOptions options, long newest) {
		if (revision > newest) {
			throw EtcdError.FUTURE_REV.exception();
		}
		long at = (revision <= 0) ? newest : revision;
		if (at < this.compacted) {
			throw EtcdError.COMPACTED.exception();
		}
		if (end.isEmpty()) {
			KeyHistory found = this.keys.get(Key.of(key));
			KeyValue keyValue = (found != null) ? found.at(at) : null;
			if (keyValue == null) {
				return new RangeResult(List.of(), 0, newest);
			}
			return new RangeResult(options.countOnly() ? List.of() : List.of(keyValue), 1, newest);
		}
		List<KeyValue> keyValues = new ArrayList<>();
		long limit = options.countOnly() ? 0 : ((options.limit() > 0) ? options.limit() : Long.MAX_VALUE);
		long count = 0;
		for (KeyHistory found : histories(key, end)) {
			KeyValue keyValue = found.at(at);
			if (keyValue != null) {
				if (count < limit) {
					keyValues.add(keyValue);
				}
				count++;
			}
		}
		return new RangeResult(Collections.unmodifiableList(keyValues), count, newest);
	}

	/**
	 * Begins the next revision. Only one change can be open; it must be committed or
	 * closed before the next.
	 * @return the change
	 */
	public Change begin() {
		if (this.open != null) {
			throw new IllegalStateException("A change is open: commit or close it first");
		}
		this.open = new Change(this, this.leases, this.revision + 1);
		return this.open;
	}

	/**
	 * Returns revisions of the past, oldest first.
	 * @param fromRevision the first revision; must not be below the compacted one
	 * @param toRevision the last revision
	 * @param maxEvents ends the list with the revision that reaches this number of events
	 * @return the revisions
	 * @throws io.grpc.StatusRuntimeException with the text of {@link EtcdError#COMPACTED
	 * COMPACTED}
	 */
	public List<Revision> history(long fromRevision, long toRevision, int maxEvents) {
		if (fromRevision < this.compacted) {
			throw EtcdError.COMPACTED.exception();
		}
		return this.history.between(fromRevision, Math.min(toRevision, this.revision), maxEvents);
	}

	/**
	 * Forgets what only reads below a revision can see. The newest version of each key at
	 * or below the revision stays, unless it is a tombstone.
	 * @param revision the oldest revision that can be read afterwards
	 * @throws io.grpc.StatusRuntimeException with the text of {@link EtcdError#COMPACTED
	 * COMPACTED} or {@link EtcdError#FUTURE_REV FUTURE_REV}
	 */
	public void compact(long revision) {
		if (revision <= this.compacted) {
			throw EtcdError.COMPACTED.exception();
		}
		if (revision > this.revision) {
			throw EtcdError.FUTURE_REV.exception();
		}
		this.compacted = revision;
		for (Iterator<KeyHistory> all = this.keys.values().iterator(); all.hasNext();) {
			KeyHistory key = all.next();
			this.sizeBytes -= key.compact(revision);
			if (key.isEmpty()) {
				all.remove();
			}
		}
		this.history.compact(revision);
	}

	/**
	 * Returns a checksum of what can be read at a revision, equal for stores with equal
	 * content.
	 * @param revision the revision, 0 or less for the newest
	 * @return the checksum
	 * @throws io.grpc.StatusRuntimeException with the text of {@link EtcdError#COMPACTED
	 * COMPACTED} or {@link EtcdError#FUTURE_REV FUTURE_REV}
	 */
	public int hash(long revision) {
		ContentHash hash = new ContentHash();
		hash.add(range(FROM_KEY, FROM_KEY, revision, RangeOptions.ALL).keyValues());
		return hash.value();
	}

	Collection<KeyHistory> histories(ByteString key, ByteString end) {
		Key first = Key.of(key);
		if (FROM_KEY.equals(end)) {
			return this.keys.tailMap(first, true).values();
		}
		Key last = Key.of(end);
		if (first.compareTo(last) >= 0) {
			return List.of();
		}
		NavigableMap<Key, KeyHistory> part = this.keys.subMap(first, true, last, false);
		return part.values();
	}

	@Nullable KeyHistory find(Key key) {
		return this.keys.get(key);
	}

	void add(Key key, KeyHistory.Version version) {
		this.keys.computeIfAbsent(key, (absent) -> new KeyHistory()).add(version);
		this.sizeBytes += version.sizeBytes();
	}

	void undo(Key key, KeyHistory.Version version) {
		KeyHistory found = this.keys.get(key);
		if (found != null) {
			found.removeNewest();
			this.sizeBytes -= version.sizeBytes();
			if (found.isEmpty()) {
				this.keys.remove(key);
			}
		}
	}

	void close(Change change, @Nullable Revision committed) {
		if (this.open == change) {
			this.open = null;
		}
		if (committed != null) {
			this.revision = committed.revision();
			this.allocatedBytes = Math.max(this.allocatedBytes, this.sizeBytes);
			this.history.add(committed);
			for (CommitListener listener : this.listeners) {
				listener.committed(committed);
			}
		}
	}

	static KeyHistory.Version version(long revision, @Nullable KeyValue keyValue, int keySize) {
		int size = VERSION_OVERHEAD + ((keyValue != null) ? keyValue.getSerializedSize() : keySize);
		return new KeyHistory.Version(revision, keyValue, size);
	}

}
