/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cluster;

import java.util.List;

/**
 * A member of the cluster.
 *
 * @param id its id, an unsigned number
 * @param name its name, empty if it has never been started
 * @param peerUrls where other members reach it
 * @param clientUrls where clients reach it, as it says itself; empty if it has never been
 * started
 * @param isLearner whether it does not vote yet
 * @since 0.1.0
 */
public record Member(long id, String name, List<String> peerUrls, List<String> clientUrls, boolean isLearner) {

	/**
	 * Create a member.
	 */
	public Member {
		peerUrls = List.copyOf(peerUrls);
		clientUrls = List.copyOf(clientUrls);
	}

	/**
	 * Return the id the way etcd's own tools print it.
	 * @return unsigned lower-case hexadecimal digits
	 */
	public String idAsHex() {
		return Long.toHexString(this.id);
	}

	/**
	 * Return whether it has been started, whether it runs now or not.
	 * @return whether the cluster has ever heard of it
	 */
	public boolean isStarted() {
		return !this.name.isEmpty();
	}

	@Override
	public String toString() {
		return "Member[id=" + idAsHex() + ", name=" + this.name + ", peerUrls=" + this.peerUrls + ", clientUrls="
				+ this.clientUrls + ", isLearner=" + this.isLearner + "]";
	}

}
