/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyValue;

/**
 * What differs between two trees, in the order of keys.
 */
final class Difference implements Iterator<Change> {

	private final Iterator<KeyValue> befores;

	private final Iterator<KeyValue> nows;

	private @Nullable KeyValue before;

	private @Nullable KeyValue now;

	private @Nullable Change next;

	Difference(KeyTree before, KeyTree now) {
		this.befores = before.iterator();
		this.nows = now.iterator();
		this.before = following(this.befores);
		this.now = following(this.nows);
	}

	private static @Nullable KeyValue following(Iterator<KeyValue> iterator) {
		return iterator.hasNext() ? iterator.next() : null;
	}

	@Override
	public boolean hasNext() {
		while (this.next == null && (this.before != null || this.now != null)) {
			this.next = step();
		}
		return this.next != null;
	}

	private @Nullable Change step() {
		KeyValue old = this.before;
		KeyValue current = this.now;
		int order = order(old, current);
		if (order <= 0) {
			this.before = following(this.befores);
		}
		if (order >= 0) {
			this.now = following(this.nows);
		}
		if (order != 0) {
			return (order < 0) ? new Change(old, null) : new Change(null, current);
		}
		return Objects.equals(old, current) ? null : new Change(old, current);
	}

	private static int order(@Nullable KeyValue before, @Nullable KeyValue now) {
		if (before == null || now == null) {
			return (before != null) ? -1 : 1;
		}
		return before.key().compareTo(now.key());
	}

	@Override
	public Change next() {
		if (!hasNext()) {
			throw new NoSuchElementException();
		}
		Change change = Objects.requireNonNull(this.next);
		this.next = null;
		return change;
	}

}
