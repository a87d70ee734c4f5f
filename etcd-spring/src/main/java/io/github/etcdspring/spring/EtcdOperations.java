/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.spring.codec.EtcdCodecException;

/**
 * What an application mostly does with etcd, blocking, with keys that are text and values
 * that are objects. {@link EtcdTemplate} implements it; the interface is there for tests
 * and proxies.
 * <p>
 * For all methods: a call takes no longer than the client's timeout. One that fails
 * throws an {@link EtcdException}, whose {@link EtcdException#outcome() outcome} says
 * whether a write may have been applied; a write that may have been applied is never
 * repeated. A key that is null or empty, a missing argument or a negative revision is an
 * {@link IllegalArgumentException}, an object that the codec cannot write or a value that
 * it cannot read as the type an {@link EtcdCodecException}. Neither has a key or a value
 * in its message. All reads see every write that ended before they began.
 *
 * @since 0.1.0
 */
public interface EtcdOperations {

	/**
	 * Read a key.
	 * @param <T> the type of the value
	 * @param key the key, not empty
	 * @param type the type of the value
	 * @return the key with its value, or nothing if it does not exist
	 */
	<T> Optional<EtcdEntry<T>> get(String key, Class<T> type);

	/**
	 * Read all keys that begin with a prefix, as they are at one revision. All of them
	 * are in memory at once; for more than that, see
	 * {@link io.github.etcdspring.client.kv.GetRequest#pages GetRequest.pages}.
	 * @param <T> the type of the values
	 * @param prefix the prefix, the key that equals it included; an empty one is every
	 * key
	 * @param type the type of the values
	 * @return the keys with their values, sorted by key; one value that is not of the
	 * type fails the call
	 */
	<T> List<EtcdEntry<T>> list(String prefix, Class<T> type);

	/**
	 * Write a key, whether it exists or not. If it was written with a time to live
	 * before, it has none any more.
	 * @param key the key, not empty
	 * @param value the value
	 * @return the revision of the store that this write made
	 */
	long put(String key, Object value);

	/**
	 * Write a key that etcd deletes after a time. The key gets a lease of its own, which
	 * begins before the write and is not renewed. If the write provably failed, the lease
	 * is ended in the background; if that is not known, it ends with its time. Two calls,
	 * each with the client's timeout.
	 * @param key the key, not empty
	 * @param value the value
	 * @param ttl the time to live, positive; rounded up to whole seconds, and the server
	 * may have a longer minimum
	 * @return the revision of the store that this write made
	 */
	long put(String key, Object value, Duration ttl);

	/**
	 * Write a key if it does not exist.
	 * @param key the key, not empty
	 * @param value the value
	 * @return whether it was written; {@code false} if the key exists
	 */
	boolean putIfAbsent(String key, Object value);

	/**
	 * Write a key if it was not written since it was read. A time to live that the key
	 * has goes on.
	 * @param key the key, not empty
	 * @param expectedRevision the {@link EtcdEntry#revision() revision} that the key must
	 * have; 0 means that it must not exist
	 * @param value the value
	 * @return the new revision, or nothing if the key has another revision or is gone
	 */
	OptionalLong compareAndSet(String key, long expectedRevision, Object value);

	/**
	 * Change the value of a key. It is read, changed and written if nobody else has
	 * written it in between. On such a conflict, and on nothing else, all of that is
	 * repeated, at most 10 times with short random pauses: the function may be called up
	 * to 11 times, so it should have no effect but its result. A time to live that the
	 * key has goes on.
	 * @param <T> the type of the value
	 * @param key the key, not empty
	 * @param type the type of the value
	 * @param change gets the value, or {@code null} if the key does not exist, and
	 * returns the new one, which must not be {@code null}: to remove a key is
	 * {@link #delete(String, long)}. What it throws is thrown on, and nothing is written
	 * @return the key as it was written
	 * @throws EtcdConflictException if others were faster each time
	 * @throws IllegalArgumentException if the function returns {@code null}; nothing is
	 * written then
	 */
	<T> EtcdEntry<T> update(String key, Class<T> type, UnaryOperator<@Nullable T> change);

	/**
	 * Delete a key.
	 * @param key the key, not empty
	 * @return whether it existed
	 */
	boolean delete(String key);

	/**
	 * Delete a key if it was not written since it was read.
	 * @param key the key, not empty
	 * @param expectedRevision the {@link EtcdEntry#revision() revision} that the key must
	 * have, positive
	 * @return whether it was deleted; {@code false} if the key has another revision or is
	 * gone
	 */
	boolean delete(String key, long expectedRevision);

	/**
	 * Do with the client what this interface has no method for.
	 * @param <R> the type of the result
	 * @param action what to do; it must not close the client
	 * @return what the action returns
	 */
	<R extends @Nullable Object> R execute(Function<EtcdClient, R> action);

}
