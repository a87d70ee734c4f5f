/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.KeyValue;

/**
 * A revision that is being made: puts and deletes that become visible to others together.
 * It reads its own changes. A change that is closed without a commit leaves no trace; one
 * that changed nothing makes no revision.
 *
 * @since 0.1.0
 */
public final class Change implements Readable, AutoCloseable {

	private final MvccStore store;

	private final LeaseKeys leases;

	private final long revision;

	private final List<Key> changed = new ArrayList<>(1);

	private final List<KeyHistory.Version> versions = new ArrayList<>(1);

	private final List<Committed> events = new ArrayList<>(1);

	/** What each of the events replaced, also of this revision. */
	private final List<@Nullable KeyValue> replaced = new ArrayList<>(1);

	private boolean done;

	Change(MvccStore store, LeaseKeys leases, long revision) {
		this.store = store;
		this.leases = leases;
		this.revision = revision;
	}

	/**
	 * Returns the revision of the store with the changes made so far.
	 * @return the revision
	 */
	public long revision() {
		return this.events.isEmpty() ? this.revision - 1 : this.revision;
	}

	@Override
	public RangeResult range(ByteString key, ByteString end, long revision, RangeOptions options) {
		return this.store.range(key, end, revision, options, revision());
	}

	/**
	 * Puts a pair.
	 * @param key the key
	 * @param value the value
	 * @param lease the lease, 0 for none
	 * @param ignoreValue whether to keep the value that is there
	 * @param ignoreLease whether to keep the lease that is there
	 * @return the pair before, or {@code null} if there was none
	 * @throws io.grpc.StatusRuntimeException with the text of
	 * {@link EtcdError#LEASE_NOT_FOUND LEASE_NOT_FOUND}, or of
	 * {@link EtcdError#KEY_NOT_FOUND KEY_NOT_FOUND} if there is nothing to keep
	 */
	public @Nullable KeyValue put(ByteString key, ByteString value, long lease, boolean ignoreValue,
			boolean ignoreLease) {
		Key place = Key.of(key);
		KeyHistory found = this.store.find(place);
		KeyValue previous = (found != null) ? found.newest() : null;
		if (previous == null && (ignoreValue || ignoreLease)) {
			throw EtcdError.KEY_NOT_FOUND.exception();
		}
		KeyValue.Builder builder = KeyValue.newBuilder().setKey(key).setModRevision(this.revision);
		builder.setValue((previous != null && ignoreValue) ? previous.getValue() : value);
		long kept = (previous != null && ignoreLease) ? previous.getLease() : lease;
		if (kept != 0 && !this.leases.exists(kept)) {
			throw EtcdError.LEASE_NOT_FOUND.exception();
		}
		builder.setLease(kept);
		if (previous != null) {
			builder.setCreateRevision(previous.getCreateRevision()).setVersion(previous.getVersion() + 1);
		}
		else {
			builder.setCreateRevision(this.revision).setVersion(1);
		}
		KeyValue keyValue = builder.build();
		add(place, keyValue, Event.newBuilder().setType(Event.EventType.PUT).setKv(keyValue).build(), previous);
		return previous;
	}

	/**
	 * Deletes a range.
	 * @param key the first key
	 * @param end the key after the last, as for {@link #range}
	 * @return the deleted pairs in key order
	 */
	public List<KeyValue> deleteRange(ByteString key, ByteString end) {
		List<KeyValue> deleted = range(key, end, 0, RangeOptions.ALL).keyValues();
		for (KeyValue previous : deleted) {
			KeyValue tombstone = KeyValue.newBuilder().setKey(previous.getKey()).setModRevision(this.revision).build();
			Event event = Event.newBuilder().setType(Event.EventType.DELETE).setKv(tombstone).build();
			add(Key.of(previous.getKey()), null, event, previous);
		}
		return deleted;
	}

	/**
	 * Makes the changes a revision of the store and tells its listeners.
	 * @return the changes, empty if nothing was changed
	 */
	public List<Committed> commit() {
		if (this.done) {
			throw new IllegalStateException("The change is committed or closed");
		}
		this.done = true;
		if (this.events.isEmpty()) {
			this.store.close(this, null);
			return List.of();
		}
		for (int i = 0; i < this.events.size(); i++) {
			moveLease(this.replaced.get(i), this.events.get(i).event().getKv());
		}
		List<Committed> committed = Collections.unmodifiableList(this.events);
		this.store.close(this, new Revision(this.revision, committed));
		return committed;
	}

	/**
	 * Takes the changes back unless they were committed.
	 */
	@Override
	public void close() {
		if (!this.done) {
			this.done = true;
			for (int i = this.changed.size() - 1; i >= 0; i--) {
				this.store.undo(this.changed.get(i), this.versions.get(i));
			}
			this.store.close(this, null);
		}
	}

	private void add(Key key, @Nullable KeyValue keyValue, Event event, @Nullable KeyValue previous) {
		KeyHistory.Version version = MvccStore.version(this.revision, keyValue, key.bytes().length);
		this.store.add(key, version);
		this.changed.add(key);
		this.versions.add(version);
		this.replaced.add(previous);
		this.events.add(new Committed(event, beforeThisRevision(key, previous)));
	}

	// a watch is told what the revision before had, which this one may have changed twice
	private @Nullable KeyValue beforeThisRevision(Key key, @Nullable KeyValue previous) {
		if (previous == null || previous.getModRevision() < this.revision) {
			return previous;
		}
		KeyHistory history = this.store.find(key);
		return (history != null) ? history.at(this.revision - 1) : null;
	}

	private void moveLease(@Nullable KeyValue previous, KeyValue current) {
		long before = (previous != null) ? previous.getLease() : 0;
		if (before == current.getLease()) {
			return;
		}
		if (before != 0) {
			this.leases.detach(current.getKey(), before);
		}
		if (current.getLease() != 0) {
			this.leases.attach(current.getKey(), current.getLease());
		}
	}

}
