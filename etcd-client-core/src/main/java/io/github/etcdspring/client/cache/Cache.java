/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;

/**
 * A copy of a range of keys in local memory that follows the store. Thread-safe; reads do
 * not wait, for nobody.
 * <p>
 * What is read is the range as it was at one revision, some milliseconds ago as a rule:
 * never half of a transaction, and never older than what was read before. To see a write
 * for certain use {@link #atLeast(long)} with its revision, or {@link #linearizable()}.
 * <p>
 * While the store cannot be reached the cache has what it knew last, and {@link #state()}
 * says so; it goes on trying without limit. If the store was compacted meanwhile it reads
 * the range again; while it does, it may take up to twice its memory. A cache ends when
 * it is closed, when its client is, when the user may not read the range any more or is
 * not authenticated, and when the range takes more memory than
 * {@link CacheRequest#maxBytes(long)}. Then it has nothing any more: every read fails
 * with what ended it.
 *
 * @since 0.1.0
 */
public final class Cache implements AutoCloseable {

	private final Follower follower;

	Cache(Follower follower) {
		this.follower = follower;
	}

	/**
	 * Completes when the range has been read for the first time, with the revision at
	 * which it was. Fails if the cache ends before.
	 * @return the revision; completes on the callback executor
	 */
	public CompletableFuture<Long> ready() {
		return this.follower.ready();
	}

	/**
	 * Return how the cache stands to the store.
	 * @return the state
	 */
	public CacheState state() {
		return this.follower.state();
	}

	/**
	 * Whether a watch tells the cache of every change.
	 * @return whether the state is {@link CacheState#FOLLOWING}
	 */
	public boolean isConnected() {
		return state() == CacheState.FOLLOWING;
	}

	/**
	 * Return everything the cache has now, to read several keys as of one revision.
	 * @return the snapshot
	 * @throws IllegalStateException if the cache is not {@linkplain #ready() ready} yet
	 * @throws EtcdException if the cache has ended
	 */
	public CacheSnapshot snapshot() {
		CacheSnapshot published = this.follower.published();
		if (published == null) {
			throw new IllegalStateException("The cache has not read its range yet: wait for ready()");
		}
		return published;
	}

	/**
	 * Find a key.
	 * @param key the key
	 * @return the key with its value, or nothing if it does not exist
	 * @throws IllegalArgumentException if the key is outside the range of the cache
	 * @throws IllegalStateException if the cache is not ready yet
	 * @throws EtcdException if the cache has ended
	 */
	public Optional<KeyValue> get(String key) {
		return get(CacheSnapshot.utf8(key));
	}

	/**
	 * Find a key.
	 * @param key the key
	 * @return the key with its value, or nothing if it does not exist
	 * @throws IllegalArgumentException if the key is outside the range of the cache
	 * @throws IllegalStateException if the cache is not ready yet
	 * @throws EtcdException if the cache has ended
	 */
	public Optional<KeyValue> get(Bytes key) {
		CacheSnapshot.checked(this.follower.range(), key);
		return snapshot().get(key);
	}

	/**
	 * Return all keys, as of one revision.
	 * @return the keys with their values in the order of keys, unmodifiable
	 * @throws IllegalStateException if the cache is not ready yet
	 * @throws EtcdException if the cache has ended
	 */
	public List<KeyValue> keyValues() {
		return snapshot().keyValues();
	}

	/**
	 * Return the keys of a part of the range, as of one revision.
	 * @param part the part
	 * @return the keys with their values in the order of keys, unmodifiable
	 * @throws IllegalArgumentException if the part reaches beyond the range of the cache
	 * @throws IllegalStateException if the cache is not ready yet
	 * @throws EtcdException if the cache has ended
	 */
	public List<KeyValue> keyValues(KeyRange part) {
		return snapshot().keyValues(part);
	}

	/**
	 * Return the revision of the store as of which the cache is known to be complete. It
	 * grows with changes of the range; with others only when somebody waits for it.
	 * @return the revision
	 * @throws IllegalStateException if the cache is not ready yet
	 * @throws EtcdException if the cache has ended
	 */
	public long revision() {
		return snapshot().revision();
	}

	/**
	 * Return the number of keys.
	 * @return the number
	 * @throws IllegalStateException if the cache is not ready yet
	 * @throws EtcdException if the cache has ended
	 */
	public int size() {
		return snapshot().size();
	}

	/**
	 * Read once the cache has everything up to a revision, such as that of an own write.
	 * @param revision the revision, positive
	 * @return the request; at once if the cache is so far
	 * @throws IllegalArgumentException if the revision is not positive
	 */
	public CacheRead atLeast(long revision) {
		if (revision < 1) {
			throw new IllegalArgumentException("'revision' must be positive but was " + revision
					+ "; use snapshot() for what the cache has, or linearizable() for the newest");
		}
		return new CacheRead(this.follower, revision);
	}

	/**
	 * Read what a linearizable read of the store would: every write that was acknowledged
	 * before, by whomever. It asks the server for its revision, which is cheap whatever
	 * the size of the range, and waits for the cache to reach it. Only with servers
	 * before 3.4.31 and 3.5.13, and for users who may not read the status of a member,
	 * the server has to look through the range for something newer.
	 * @return the request
	 */
	public CacheRead linearizable() {
		return new CacheRead(this.follower, 0);
	}

	/**
	 * Read values decoded. Each is decoded when it is first read, and once until it
	 * changes.
	 * @param <T> the type of the decoded values
	 * @param decoder decodes a key; may be called by several threads at a time, but for
	 * one key by one. What it throws, whoever reads that key gets
	 * @return the view
	 */
	public <T> CacheView<T> view(Function<KeyValue, T> decoder) {
		Arguments.notNull(decoder, "decoder");
		return new CacheView<>(this, decoder);
	}

	/**
	 * Tell one more listener. It begins with what the cache has.
	 * @param listener the listener
	 */
	public void addListener(CacheListener listener) {
		this.follower.addListener(Arguments.notNull(listener, "listener"));
	}

	/**
	 * Tell a listener nothing more, neither the end of the cache. A call that runs now is
	 * not waited for.
	 * @param listener the listener; nothing happens if it is none
	 */
	public void removeListener(CacheListener listener) {
		this.follower.removeListener(Arguments.notNull(listener, "listener"));
	}

	/**
	 * End the cache, and free its memory. Listeners are told nothing more but
	 * {@link CacheListener#onClosed}; a call that runs now is not waited for. May be
	 * called from a listener, and again.
	 */
	@Override
	public void close() {
		this.follower.close();
	}

}
