/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.election;

import io.github.etcdspring.client.data.Bytes;

/**
 * One term of one leader: what {@link ElectionService#campaign} returns, and what proves
 * the leadership afterwards, also in another process.
 *
 * @param name the name of the election
 * @param key the key that exists as long as the leadership lasts: the name, a slash, and
 * the id of the lease in hexadecimal digits
 * @param revision the create revision of that key, which grows from leader to leader;
 * writes that compare it are fenced
 * @param lease the id of the lease that holds the leadership
 * @since 0.1.0
 */
public record LeaderKey(Bytes name, Bytes key, long revision, long lease) {

	/**
	 * Lengths and numbers, never name or key themselves.
	 */
	@Override
	public String toString() {
		return "LeaderKey[name=" + this.name + ", key=" + this.key + ", revision=" + this.revision + ", lease="
				+ Long.toHexString(this.lease) + "]";
	}

}
