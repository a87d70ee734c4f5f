/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The lines from each client to each member. A client has addresses of its own for the
 * members, which tell whose lines they are.
 */
final class Network {

	private final VirtualTime time;

	private final Chance chance;

	private final Map<String, Link> links = new LinkedHashMap<>();

	Network(VirtualTime time, Chance chance) {
		this.time = time;
		this.chance = chance;
	}

	/**
	 * Lay the lines of a client.
	 * @param client the number of the client
	 * @param cluster the members
	 * @return the endpoints of the client
	 */
	List<String> connect(int client, Cluster cluster) {
		List<String> endpoints = new ArrayList<>();
		for (Member member : cluster.members()) {
			String authority = "10." + client / 250 + "." + client % 250 + "." + member.id() + ":2379";
			this.links.put(authority, new Link(this.time, this.chance, member, client));
			endpoints.add("http://" + authority);
		}
		return endpoints;
	}

	Link link(String authority) {
		Link link = this.links.get(authority);
		if (link == null) {
			throw new IllegalArgumentException("no line to " + authority);
		}
		return link;
	}

	List<Link> links() {
		return List.copyOf(this.links.values());
	}

}
