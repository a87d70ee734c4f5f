/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;

/**
 * The places of a session by their names, each as long as somebody uses it: a session may
 * live for months and lock a million names. Thread-safe.
 *
 * @param <P> the type of the places
 */
final class Places<P extends Place> {

	private static final int LEAST = 64;

	private final Map<Bytes, WeakReference<P>> places = new HashMap<>();

	private int sweepAt = LEAST;

	/**
	 * Find a place, or make it.
	 * @param name the name
	 * @param maker makes it
	 * @return the place, the same as long as anybody has it
	 */
	synchronized P get(Bytes name, Function<Bytes, P> maker) {
		WeakReference<P> reference = this.places.get(name);
		@Nullable P found = (reference != null) ? reference.get() : null;
		if (found != null) {
			return found;
		}
		if (this.places.size() >= this.sweepAt) {
			this.places.values().removeIf((each) -> each.get() == null);
			this.sweepAt = Math.max(LEAST, 2 * this.places.size());
		}
		P made = maker.apply(name);
		this.places.put(name, new WeakReference<>(made));
		return made;
	}

	synchronized int size() {
		return this.places.size();
	}

}
