/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.watch;

import java.util.ArrayList;
import java.util.List;

import io.github.etcdspring.embedded.mvcc.Committed;
import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchCreateRequest.FilterType;

/**
 * One watch of a stream. Guarded by the monitor of the hub, but for what is final.
 */
final class Watch {

	private final WatchStream stream;

	private final long id;

	private final WatchRange range;

	private final long startRevision;

	private final boolean withoutPuts;

	private final boolean withoutDeletes;

	private final boolean withPrevious;

	private final boolean inFragments;

	private State state;

	/** The first revision to deliver; of a live watch only later ones are of interest. */
	private long next;

	private List<Committed> collected = new ArrayList<>(1);

	Watch(WatchStream stream, long id, WatchRange range, WatchCreateRequest request, long current) {
		this.stream = stream;
		this.id = id;
		this.range = range;
		this.startRevision = request.getStartRevision();
		this.withoutPuts = request.getFiltersList().contains(FilterType.NOPUT);
		this.withoutDeletes = request.getFiltersList().contains(FilterType.NODELETE);
		this.withPrevious = request.getPrevKv();
		this.inFragments = request.getFragment();
		this.next = (this.startRevision != 0) ? this.startRevision : current + 1;
		this.state = (this.next > current) ? State.LIVE : State.BEHIND;
	}

	WatchStream stream() {
		return this.stream;
	}

	long id() {
		return this.id;
	}

	WatchRange range() {
		return this.range;
	}

	boolean withPrevious() {
		return this.withPrevious;
	}

	boolean inFragments() {
		return this.inFragments;
	}

	State state() {
		return this.state;
	}

	void end(State last) {
		this.state = last;
	}

	long next() {
		return this.next;
	}

	void fallBehind(long revision) {
		this.state = State.BEHIND;
		this.next = revision;
	}

	void loseHistory() {
		this.state = State.LOST;
	}

	// note that everything up to a revision has been queued
	void reached(long revision, long current) {
		this.next = Math.max(this.next, revision + 1);
		if (this.next > current) {
			this.state = State.LIVE;
		}
	}

	// return if everything of this watch up to the revision has been queued, so that its
	// progress can be told
	boolean isSynced(long revision) {
		return this.state == State.LIVE && revision >= this.startRevision;
	}

	/**
	 * Take a change of a covered key, if it is one this watch wants.
	 * @param revision the revision of the change
	 * @param change the change
	 * @return true if it is the first that was collected
	 */
	boolean collect(long revision, Committed change) {
		boolean deleted = change.event().getType() == Event.EventType.DELETE;
		if (revision < this.next || ((deleted) ? this.withoutDeletes : this.withoutPuts)) {
			return false;
		}
		this.collected.add(change);
		return this.collected.size() == 1;
	}

	List<Committed> takeCollected() {
		List<Committed> taken = this.collected;
		this.collected = new ArrayList<>(1);
		return taken;
	}

	enum State {

		/** Gets each revision as it is committed. */
		LIVE,

		/** Reads history from its next revision on. */
		BEHIND,

		/** Lost its history to a compaction, and its client is still to be told. */
		LOST,

		/** Has told that its history is lost; its id is in use until it is cancelled. */
		COMPACTED,

		/** Cancelled, or its stream has ended. */
		GONE

	}

}
