/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The keys of the cluster with their whole history, compacted or not: what is true. Keys
 * are byte strings as Latin 1, whose order is that of the bytes.
 */
final class Store {

	private final NavigableMap<String, List<Version>> keys = new TreeMap<>();

	private final List<Revision> history = new ArrayList<>();

	private final VirtualTime time;

	private List<Change> changes = new ArrayList<>();

	private long revision = 1;

	Store(VirtualTime time) {
		this.time = time;
	}

	long revision() {
		return this.revision;
	}

	/**
	 * Return all that has happened.
	 * @return the revisions in order, from 2
	 */
	List<Revision> history() {
		return this.history;
	}

	Revision revision(long revision) {
		return this.history.get((int) revision - 2);
	}

	@Nullable Version find(String key, long revision) {
		List<Version> versions = this.keys.get(key);
		if (versions != null) {
			for (int i = versions.size() - 1; i >= 0; i--) {
				Version version = versions.get(i);
				if (version.modRevision() <= revision) {
					return version.deleted() ? null : version;
				}
			}
		}
		return null;
	}

	/**
	 * Find the keys of a range as of a revision.
	 * @param start the first key
	 * @param end the end as etcd has it: empty for one key, a zero byte for no end
	 * @param revision the revision
	 * @return the versions in the order of their keys
	 */
	List<Version> range(String start, String end, long revision) {
		List<Version> found = new ArrayList<>();
		if (end.isEmpty()) {
			Version version = find(start, revision);
			if (version != null) {
				found.add(version);
			}
			return found;
		}
		NavigableMap<String, List<Version>> range = this.keys.tailMap(start, true);
		if (!end.equals("\0")) {
			range = range.headMap(end, false);
		}
		for (String key : range.keySet()) {
			Version version = find(key, revision);
			if (version != null) {
				found.add(version);
			}
		}
		return found;
	}

	/**
	 * The current state, with what is changed but not committed.
	 * @return the revision to read at
	 */
	long uncommitted() {
		return this.revision + 1;
	}

	@Nullable Version put(String key, ByteString value, long lease) {
		Version before = find(key, uncommitted());
		long next = uncommitted();
		add(new Version(key, value, (before != null) ? before.createRevision() : next, next,
				(before != null) ? before.version() + 1 : 1, lease, false), before);
		return before;
	}

	void delete(Version before) {
		add(new Version(before.key(), ByteString.EMPTY, 0, uncommitted(), 0, 0, true), before);
	}

	private void add(Version version, @Nullable Version before) {
		this.keys.computeIfAbsent(version.key(), (key) -> new ArrayList<>()).add(version);
		this.changes.add(new Change(version, before));
	}

	/**
	 * Make what was changed a revision.
	 * @return whether there was anything
	 */
	boolean commit() {
		if (this.changes.isEmpty()) {
			return false;
		}
		this.revision++;
		this.history.add(new Revision(this.revision, this.time.now(), List.copyOf(this.changes)));
		this.changes = new ArrayList<>();
		return true;
	}

	static boolean contains(String start, String end, String key) {
		if (end.isEmpty()) {
			return key.equals(start);
		}
		return key.compareTo(start) >= 0 && (end.equals("\0") || key.compareTo(end) < 0);
	}

	/**
	 * A key as of a revision, or its deletion.
	 *
	 * @param key the key
	 * @param value the value
	 * @param createRevision when it was made
	 * @param modRevision when it was changed to this
	 * @param version how often it was changed
	 * @param lease the lease, 0 for none
	 * @param deleted whether this is a deletion
	 */
	record Version(String key, ByteString value, long createRevision, long modRevision, long version, long lease,
			boolean deleted) {
	}

	/**
	 * What a revision did to a key.
	 *
	 * @param now the key from then on
	 * @param before the key before, if there was one
	 */
	record Change(Version now, @Nullable Version before) {
	}

	/**
	 * What happened at once.
	 *
	 * @param revision the number
	 * @param time when
	 * @param changes in order
	 */
	record Revision(long revision, long time, List<Change> changes) {
	}

}
