/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyValue;

/**
 * One change of one key.
 *
 * @param type what happened
 * @param keyValue the key as it is after the change; of a deletion only the key and the
 * revision of the change
 * @param previous the key as it was before; {@code null} unless
 * {@linkplain WatchRequest#previousValues() asked for}, for a key that was not there, and
 * if it has been compacted meanwhile
 * @since 0.1.0
 */
public record WatchEvent(Type type, KeyValue keyValue, @Nullable KeyValue previous) {

	/**
	 * Whether the key was written.
	 * @return whether this is a put
	 */
	public boolean isPut() {
		return this.type == Type.PUT;
	}

	/**
	 * Whether the key was deleted, by a request or with its lease.
	 * @return whether this is a deletion
	 */
	public boolean isDelete() {
		return this.type == Type.DELETE;
	}

	/**
	 * Whether the put made a key that was not there.
	 * @return whether this is the first version of the key
	 */
	public boolean isCreate() {
		return isPut() && this.keyValue.version() == 1;
	}

	/**
	 * What happened to a key.
	 */
	public enum Type {

		/** The key was written. */
		PUT,

		/** The key was deleted, by a request or with its lease. */
		DELETE

	}

}
