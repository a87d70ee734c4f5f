/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

/**
 * An alarm of a member. While there is one, the cluster refuses some requests.
 *
 * @param memberId the id of the member, an unsigned number
 * @param type what is wrong
 * @since 0.1.0
 */
public record Alarm(long memberId, Type type) {

	@Override
	public String toString() {
		return "Alarm[memberId=" + Long.toHexString(this.memberId) + ", type=" + this.type + "]";
	}

	/**
	 * What is wrong with a member.
	 */
	public enum Type {

		/** Its database is full: the cluster refuses writes that need space. */
		NO_SPACE,

		/** Its data differs from the others'. */
		CORRUPT,

		/** Something that this client does not know yet. */
		OTHER

	}

}
