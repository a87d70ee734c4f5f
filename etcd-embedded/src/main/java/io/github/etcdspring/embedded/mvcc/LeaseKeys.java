/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import com.google.protobuf.ByteString;

/**
 * The leases as the store sees them. All methods are called inside the exclusive lock.
 *
 * @since 0.1.0
 */
public interface LeaseKeys {

	/**
	 * Leases that know nothing: every lease other than 0 is unknown.
	 */
	LeaseKeys NONE = new LeaseKeys() {

		@Override
		public void attach(ByteString key, long lease) {
		}

		@Override
		public void detach(ByteString key, long lease) {
		}

		@Override
		public boolean exists(long lease) {
			return false;
		}

	};

	/**
	 * A key was put with the lease.
	 * @param key the key
	 * @param lease the lease, never 0
	 */
	void attach(ByteString key, long lease);

	/**
	 * A key that had the lease was deleted, or put with another lease or none.
	 * @param key the key
	 * @param lease the lease, never 0
	 */
	void detach(ByteString key, long lease);

	/**
	 * Returns whether a lease exists.
	 * @param lease the lease
	 * @return {@code true} if a key can be attached to it
	 */
	boolean exists(long lease);

}
