/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

/**
 * The way of the connections that one member of a cluster makes to another. It has no
 * port of its own: {@link SocksEntrance} hands the connections over.
 */
final class PeerLink extends FaultyLink {

	private final String name;

	// Belongs to the loop.
	private boolean refusing;

	PeerLink(ProxyLoop loop, int from, int to, int port) {
		super(loop, Sockets.loopback(port));
		this.name = "link from member " + from + " to member " + to;
	}

	boolean isRefusing() {
		return this.refusing;
	}

	@Override
	public String toString() {
		return this.name;
	}

	@Override
	void acceptPending() {
		// Nothing waits here: a connection is made when it is handed over.
	}

	@Override
	void shut() {
		this.refusing = true;
	}

	@Override
	void reopen() {
		this.refusing = false;
	}

}
