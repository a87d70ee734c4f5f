/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;

/**
 * What a cache had at one revision; never half of a transaction. Immutable and
 * thread-safe. It costs nothing to make, but holds on to what it has for as long as it is
 * used, also if the cache goes on or is closed.
 *
 * @since 0.1.0
 */
public final class CacheSnapshot {

	private static final Bytes OPEN_END = Bytes.copyOf(new byte[1]);

	private final KeyRange range;

	private final long revision;

	private final KeyTree tree;

	CacheSnapshot(KeyRange range, long revision, KeyTree tree) {
		this.range = range;
		this.revision = revision;
		this.tree = tree;
	}

	/**
	 * Return the revision of the store of which this is the content.
	 * @return the revision
	 */
	public long revision() {
		return this.revision;
	}

	/**
	 * Return the number of keys.
	 * @return the number
	 */
	public int size() {
		return this.tree.size();
	}

	/**
	 * Find a key.
	 * @param key the key
	 * @return the key with its value, or nothing if it did not exist
	 * @throws IllegalArgumentException if the key is outside the range of the cache
	 */
	public Optional<KeyValue> get(String key) {
		return get(utf8(key));
	}

	/**
	 * Find a key.
	 * @param key the key
	 * @return the key with its value, or nothing if it did not exist
	 * @throws IllegalArgumentException if the key is outside the range of the cache
	 */
	public Optional<KeyValue> get(Bytes key) {
		return Optional.ofNullable(this.tree.get(checked(this.range, key)));
	}

	/**
	 * Return all keys.
	 * @return the keys with their values in the order of keys, unmodifiable
	 */
	public List<KeyValue> keyValues() {
		List<KeyValue> found = new ArrayList<>(this.tree.size());
		this.tree.forEach(found::add);
		return Collections.unmodifiableList(found);
	}

	/**
	 * Return the keys of a part of the range.
	 * @param part the part
	 * @return the keys with their values in the order of keys, unmodifiable
	 * @throws IllegalArgumentException if the part reaches beyond the range of the cache
	 */
	public List<KeyValue> keyValues(KeyRange part) {
		checkPart(part);
		if (part.equals(this.range)) {
			return keyValues();
		}
		if (part.isSingleKey()) {
			KeyValue found = this.tree.get(part.start());
			return (found != null) ? List.of(found) : List.of();
		}
		List<KeyValue> found = new ArrayList<>();
		Iterator<KeyValue> rest = this.tree.from(part.start());
		while (rest.hasNext()) {
			KeyValue next = rest.next();
			if (!part.contains(next.key())) {
				break;
			}
			found.add(next);
		}
		return Collections.unmodifiableList(found);
	}

	static Bytes utf8(@Nullable String key) {
		return Arguments.utf8(key, "key");
	}

	static Bytes checked(KeyRange range, Bytes key) {
		if (!range.contains(Arguments.notNull(key, "key"))) {
			throw new IllegalArgumentException("'key' of " + key.length()
					+ " bytes is outside the range of the cache: open the cache for a larger range, or ask the store");
		}
		return key;
	}

	private void checkPart(KeyRange part) {
		Arguments.notNull(part, "part", "leave it out for all keys of the cache");
		boolean inside = part.equals(this.range) || (this.range.contains(part.start())
				&& (part.isSingleKey() || (!this.range.isSingleKey() && endsInside(part.end()))));
		if (!inside) {
			throw new IllegalArgumentException("'part' " + part + " is not within " + this.range
					+ " of the cache: open the cache for a larger range, or ask the store");
		}
	}

	private boolean endsInside(Bytes end) {
		Bytes limit = this.range.end();
		return limit.equals(OPEN_END) || (!end.equals(OPEN_END) && end.compareTo(limit) <= 0);
	}

	KeyTree tree() {
		return this.tree;
	}

	@Override
	public String toString() {
		return "CacheSnapshot[revision=" + this.revision + ", size=" + size() + "]";
	}

}
