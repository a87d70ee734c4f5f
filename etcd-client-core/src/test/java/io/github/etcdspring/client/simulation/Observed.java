/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;

/**
 * What a watch was asked for, and what it told.
 */
final class Observed {

	private final String name;

	private final String start;

	private final String end;

	private final Settings settings;

	private final List<WatchBatch> batches = new ArrayList<>();

	private final List<Long> progress = new ArrayList<>();

	private long first;

	private int closings;

	private @Nullable WatchClosed closed;

	private boolean closedByApplication;

	private boolean toldAfterEnd;

	Observed(String name, String start, String end, Settings settings) {
		this.name = name;
		this.start = start;
		this.end = end;
		this.settings = settings;
		this.first = settings.from();
	}

	String name() {
		return this.name;
	}

	Settings settings() {
		return this.settings;
	}

	List<WatchBatch> batches() {
		return this.batches;
	}

	/**
	 * Return from which revision on it has to tell everything.
	 * @return the revision, 0 if it has not begun
	 */
	long first() {
		return this.first;
	}

	void ready(long revision) {
		this.first = revision;
	}

	void told(WatchBatch batch) {
		this.batches.add(batch);
		this.toldAfterEnd |= this.closings > 0;
	}

	void progressed(long revision) {
		this.progress.add(revision);
		this.toldAfterEnd |= this.closings > 0;
	}

	List<Long> progress() {
		return this.progress;
	}

	void closed(WatchClosed end) {
		this.closings++;
		this.closed = end;
	}

	void closing() {
		this.closedByApplication = true;
	}

	boolean isClosedByApplication() {
		return this.closedByApplication;
	}

	@Nullable WatchClosed end() {
		return this.closed;
	}

	int closings() {
		return this.closings;
	}

	boolean isToldAfterEnd() {
		return this.toldAfterEnd;
	}

	boolean wants(Store.Change change) {
		return (change.now().deleted() ? this.settings.deletes() : this.settings.puts())
				&& Store.contains(this.start, this.end, change.now().key());
	}

	@Override
	public String toString() {
		return "watch " + this.name + " of [" + this.start + ", " + this.end + ") from " + this.first;
	}

	/**
	 * What it was asked for.
	 *
	 * @param from the first revision, 0 for from now
	 * @param previous whether to tell what was before
	 * @param puts whether to tell of puts
	 * @param deletes whether to tell of deletions
	 * @param maxRetries how often to try again
	 */
	record Settings(long from, boolean previous, boolean puts, boolean deletes, int maxRetries) {
	}

}
