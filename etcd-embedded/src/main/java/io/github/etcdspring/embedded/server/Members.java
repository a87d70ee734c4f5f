/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.Member;

/**
 * The members of the cluster: this one, and those that were added but never start. Used
 * inside the node's lock only.
 */
final class Members {

	private static final Set<String> SCHEMES = Set.of("http", "https", "unix", "unixs");

	private final TreeMap<Long, Member> members = new TreeMap<>(Long::compareUnsigned);

	private long nextId = 0x10000000000L;

	Members(Member self) {
		this.members.put(self.getID(), self);
	}

	List<Member> list() {
		return List.copyOf(this.members.values());
	}

	/**
	 * Tells the cluster where clients find this member.
	 * @param url the address of this server
	 */
	void publish(String url) {
		Member self = find(Node.MEMBER_ID);
		this.members.put(Node.MEMBER_ID, self.toBuilder().clearClientURLs().addClientURLs(url).build());
	}

	/**
	 * Adds a member as etcd does: a cluster of one started member accepts one more that
	 * votes, and one that learns.
	 * @param urls its addresses
	 * @param learner whether it does not vote
	 * @return the member, which has no name until it starts
	 */
	Member add(List<String> urls, boolean learner) {
		if (!learner) {
			long voting = this.members.values().stream().filter((each) -> !each.getIsLearner()).count();
			if (voting > 1) {
				throw EtcdError.MEMBER_NOT_ENOUGH_STARTED.exception();
			}
		}
		requireUnused(urls, 0);
		if (learner && this.members.values().stream().anyMatch(Member::getIsLearner)) {
			throw EtcdError.TOO_MANY_LEARNERS.exception();
		}
		Member added = Member.newBuilder().setID(this.nextId++).addAllPeerURLs(urls).setIsLearner(learner).build();
		this.members.put(added.getID(), added);
		return added;
	}

	void remove(long id) {
		find(id);
		if (id == Node.MEMBER_ID) {
			throw EtcdError.MEMBER_NOT_ENOUGH_STARTED.exception();
		}
		this.members.remove(id);
	}

	void update(long id, List<String> urls) {
		Member member = find(id);
		requireUnused(urls, id);
		this.members.put(id, member.toBuilder().clearPeerURLs().addAllPeerURLs(urls).build());
	}

	void promote(long id) {
		if (!find(id).getIsLearner()) {
			throw EtcdError.MEMBER_NOT_LEARNER.exception();
		}
		throw EtcdError.LEARNER_NOT_READY.exception();
	}

	/**
	 * Returns peer addresses in order, as etcd keeps them.
	 * @param urls the addresses of a request
	 * @return the addresses
	 */
	static List<String> checked(Collection<String> urls) {
		if (urls.isEmpty()) {
			throw EtcdError.MEMBER_BAD_URLS.exception();
		}
		List<String> checked = new ArrayList<>();
		for (String url : urls) {
			if (!isPeerUrl(url)) {
				throw EtcdError.MEMBER_BAD_URLS.exception();
			}
			checked.add(url.strip());
		}
		Collections.sort(checked);
		return checked;
	}

	private static boolean isPeerUrl(String url) {
		try {
			URI uri = new URI(url.strip());
			boolean plain = uri.getRawPath() == null || uri.getRawPath().isEmpty();
			boolean withPort = uri.getHost() == null || uri.getPort() >= 0;
			return uri.getScheme() != null && SCHEMES.contains(uri.getScheme()) && uri.getRawAuthority() != null
					&& plain && withPort;
		}
		catch (URISyntaxException ex) {
			return false;
		}
	}

	private Member find(long id) {
		Member member = this.members.get(id);
		if (member == null) {
			throw EtcdError.MEMBER_NOT_FOUND.exception();
		}
		return member;
	}

	private void requireUnused(List<String> urls, long except) {
		for (Member member : this.members.values()) {
			if (member.getID() != except && !Collections.disjoint(member.getPeerURLsList(), urls)) {
				throw EtcdError.PEER_URL_EXISTS.exception();
			}
		}
	}

}
