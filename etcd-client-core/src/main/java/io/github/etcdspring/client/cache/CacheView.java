/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;

/**
 * A cache whose values are read decoded. Thread-safe. It need not be closed; it fails as
 * its cache does.
 *
 * @param <T> the type of the decoded values
 * @since 0.1.0
 */
public final class CacheView<T> {

	private static final int SPARE = 64;

	private final Cache cache;

	private final Function<KeyValue, T> decoder;

	private final Map<Bytes, CacheEntry<T>> entries = new ConcurrentHashMap<>();

	CacheView(Cache cache, Function<KeyValue, T> decoder) {
		this.cache = cache;
		this.decoder = decoder;
	}

	/**
	 * Find a key, and decode it if it has changed since it was decoded.
	 * @param key the key
	 * @return the decoded value, or nothing if the key does not exist
	 * @throws IllegalArgumentException if the key is outside the range of the cache
	 * @throws RuntimeException what the decoder threw, as long as the key does not change
	 */
	public Optional<T> get(String key) {
		return get(CacheSnapshot.utf8(key));
	}

	/**
	 * Find a key, and decode it if it has changed since it was decoded.
	 * @param key the key
	 * @return the decoded value, or nothing if the key does not exist
	 * @throws IllegalArgumentException if the key is outside the range of the cache
	 * @throws RuntimeException what the decoder threw, as long as the key does not change
	 */
	public Optional<T> get(Bytes key) {
		CacheSnapshot snapshot = snapshot();
		return snapshot.get(key).map((found) -> entry(found).value());
	}

	/**
	 * Return all keys, as of one revision. A key is decoded when the value of its entry
	 * is asked for; one that cannot be decoded does not affect the others.
	 * @return the entries in the order of keys, unmodifiable
	 */
	public List<CacheEntry<T>> entries() {
		return entries(snapshot().keyValues());
	}

	/**
	 * Return the keys of a part of the range, as {@link #entries()} does.
	 * @param part the part
	 * @return the entries in the order of keys, unmodifiable
	 * @throws IllegalArgumentException if the part reaches beyond the range of the cache
	 */
	public List<CacheEntry<T>> entries(KeyRange part) {
		return entries(snapshot().keyValues(part));
	}

	private List<CacheEntry<T>> entries(List<KeyValue> found) {
		List<CacheEntry<T>> entries = new ArrayList<>(found.size());
		found.forEach((each) -> entries.add(entry(each)));
		return Collections.unmodifiableList(entries);
	}

	private CacheEntry<T> entry(KeyValue keyValue) {
		CacheEntry<T> known = this.entries.get(keyValue.key());
		if (known != null && known.keyValue() == keyValue) {
			return known;
		}
		return this.entries.compute(keyValue.key(), (key, old) -> (old != null && old.keyValue() == keyValue) ? old
				: new CacheEntry<>(keyValue, this.decoder));
	}

	private CacheSnapshot snapshot() {
		CacheSnapshot snapshot;
		try {
			snapshot = this.cache.snapshot();
		}
		catch (RuntimeException ex) {
			this.entries.clear();
			throw ex;
		}
		if (this.entries.size() > 2 * snapshot.size() + SPARE) {
			// Deleted keys are forgotten from time to time.
			this.entries.values().removeIf((entry) -> {
				KeyValue now = snapshot.tree().get(entry.keyValue().key());
				return now != entry.keyValue();
			});
		}
		return snapshot;
	}

}
