/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.time.Duration;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.transport.Transport;

/**
 * etcd's key-value store. Every write raises the store's revision by one, and every read
 * can name the revision that it wants to see. Thread-safe; the requests it makes are for
 * one thread each.
 *
 * @since 0.1.0
 */
public final class Kv {

	private static final Duration PHYSICAL_COMPACTION = Duration.ofMinutes(10);

	private final KvCalls calls;

	/**
	 * Create the service. Applications get it from the client.
	 * @param transport the client's engine
	 * @param namespace what is put in front of every key
	 */
	public Kv(Transport transport, Namespace namespace) {
		this.calls = new KvCalls(transport, namespace);
	}

	/**
	 * Write a key.
	 * @param key the key, not empty
	 * @param value the value, may be empty
	 * @return the request
	 */
	public PutRequest put(String key, String value) {
		return put(Arguments.utf8(key, "key"), Arguments.utf8(value, "value"));
	}

	/**
	 * Write a key.
	 * @param key the key, not empty
	 * @param value the value, may be empty
	 * @return the request
	 */
	public PutRequest put(String key, Bytes value) {
		return put(Arguments.utf8(key, "key"), value);
	}

	/**
	 * Write a key.
	 * @param key the key, not empty
	 * @param value the value, may be empty
	 * @return the request
	 */
	public PutRequest put(Bytes key, Bytes value) {
		return new PutRequest(this.calls, key, value);
	}

	/**
	 * Read a key.
	 * @param key the key, not empty
	 * @return the request
	 */
	public GetRequest get(String key) {
		return get(KeyRange.key(key));
	}

	/**
	 * Read a key.
	 * @param key the key, not empty
	 * @return the request
	 */
	public GetRequest get(Bytes key) {
		return get(KeyRange.key(key));
	}

	/**
	 * Read the keys of a range.
	 * @param range the range
	 * @return the request
	 */
	public GetRequest get(KeyRange range) {
		return new GetRequest(this.calls, range);
	}

	/**
	 * Delete a key.
	 * @param key the key, not empty
	 * @return the request
	 */
	public DeleteRequest delete(String key) {
		return delete(KeyRange.key(key));
	}

	/**
	 * Delete a key.
	 * @param key the key, not empty
	 * @return the request
	 */
	public DeleteRequest delete(Bytes key) {
		return delete(KeyRange.key(key));
	}

	/**
	 * Delete the keys of a range.
	 * @param range the range
	 * @return the request
	 */
	public DeleteRequest delete(KeyRange range) {
		return new DeleteRequest(this.calls, range);
	}

	/**
	 * Begin a transaction: comparisons, and what is done atomically if all of them hold
	 * or if one of them does not.
	 * @return the transaction
	 */
	public TxnStart txn() {
		return new Txn(this.calls);
	}

	/**
	 * Forget the history before a revision. Reads and watches of older revisions fail
	 * from then on. Cannot be undone.
	 * @param revision the oldest revision to keep, positive
	 * @return the request
	 */
	public CompactRequest compact(long revision) {
		return new CompactRequest(this.calls, revision, PHYSICAL_COMPACTION);
	}

}
