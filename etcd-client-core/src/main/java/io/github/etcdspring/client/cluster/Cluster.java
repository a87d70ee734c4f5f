/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cluster;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.transport.Transport;

/**
 * etcd's cluster service: who is a member. Changes are made one at a time, and each needs
 * a majority of the members. A server that is still busy with one change can lose the
 * next without a word: that request then ends at its timeout, and is
 * {@link io.github.etcdspring.client.error.Outcome#UNKNOWN UNKNOWN}. Thread-safe; the
 * requests it makes are for one thread each.
 *
 * @since 0.1.0
 */
public final class Cluster {

	private final Transport transport;

	/**
	 * Create the service. Applications get it from the client.
	 * @param transport the client's engine
	 */
	public Cluster(Transport transport) {
		this.transport = transport;
	}

	/**
	 * List the members. The list is agreed by the cluster unless
	 * {@link MemberListRequest#serializable()} is set.
	 * @return the request
	 */
	public MemberListRequest members() {
		return new MemberListRequest(this.transport);
	}

	/**
	 * Add a voting member, which is started afterwards. The majority counts it from now
	 * on, so a member that cannot be started makes the cluster weaker;
	 * {@link #addLearner(String...)} does not.
	 * @param peerUrls where the other members will reach it, such as
	 * {@code http://10.0.0.4:2380}; at least one
	 * @return the request
	 * @throws IllegalArgumentException if there is no URL, or one is empty
	 */
	public MemberAddRequest add(String... peerUrls) {
		return new MemberAddRequest(this.transport, ClusterCalls.add(urls(peerUrls), false));
	}

	/**
	 * Add a member that gets all data but does not vote until it is
	 * {@linkplain #promote(long) promoted}.
	 * @param peerUrls where the other members will reach it, such as
	 * {@code http://10.0.0.4:2380}; at least one
	 * @return the request
	 * @throws IllegalArgumentException if there is no URL, or one is empty
	 */
	public MemberAddRequest addLearner(String... peerUrls) {
		return new MemberAddRequest(this.transport, ClusterCalls.add(urls(peerUrls), true));
	}

	/**
	 * Change where the other members reach a voting member. Servers list a learner as a
	 * voting member after that; remove a learner and add it again instead.
	 * @param id the id of the member
	 * @param peerUrls the new URLs, at least one
	 * @return the request
	 * @throws IllegalArgumentException if the id is 0, there is no URL, or one is empty
	 */
	public MemberChangeRequest update(long id, String... peerUrls) {
		return new MemberChangeRequest(this.transport, ClusterCalls.update(member(id), urls(peerUrls)));
	}

	/**
	 * Make a learner a voting member. It is refused until the learner has caught up with
	 * the leader.
	 * @param id the id of the member
	 * @return the request
	 * @throws IllegalArgumentException if the id is 0
	 */
	public MemberChangeRequest promote(long id) {
		return new MemberChangeRequest(this.transport, ClusterCalls.promote(member(id)));
	}

	/**
	 * Remove a member, which ends if it runs. It cannot come back with its old data.
	 * @param id the id of the member
	 * @return the request
	 * @throws IllegalArgumentException if the id is 0
	 */
	public MemberChangeRequest remove(long id) {
		return new MemberChangeRequest(this.transport, ClusterCalls.remove(member(id)));
	}

	/**
	 * Make the members of the cluster the endpoints of the client: the client URLs, of
	 * the scheme that the client was built with, of all members that have been started
	 * and are no learners. Its result is the new list. If there is none, the endpoints
	 * remain as they were and the request fails with the status FAILED_PRECONDITION.
	 * <p>
	 * The members must announce addresses that the client can reach: one that says
	 * {@code http://localhost:2379} to all the world makes the client look for it there.
	 * @return the request
	 */
	public SyncRequest sync() {
		return new SyncRequest(this.transport);
	}

	private static long member(long id) {
		if (id == 0) {
			throw new IllegalArgumentException("'id' must not be 0; members() tells the ids of the members");
		}
		return id;
	}

	private static List<String> urls(String @Nullable [] urls) {
		if (urls == null || urls.length == 0) {
			throw new IllegalArgumentException(
					"'peerUrls' must not be empty: give at least one, such as http://10.0.0.4:2380");
		}
		for (String url : urls) {
			if (url == null || url.isBlank()) {
				throw new IllegalArgumentException("'peerUrls' has the empty URL '" + url
						+ "': write each with its port, such as http://10.0.0.4:2380");
			}
		}
		return List.copyOf(Arrays.asList(urls));
	}

}
