/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.transport.Transport;

/**
 * All leases that a client keeps alive: opens their stream for the first, and closes it
 * after the last.
 */
final class KeepAlives {

	private final Transport transport;

	private @Nullable LeaseStream current;

	KeepAlives(Transport transport) {
		this.transport = transport;
	}

	Transport transport() {
		return this.transport;
	}

	/**
	 * Keep a lease for somebody.
	 * @param user who wants it
	 */
	void add(LeaseUser user) {
		LeaseStream stream;
		boolean first;
		synchronized (this) {
			first = this.current == null;
			stream = (this.current != null) ? this.current : new LeaseStream(this);
			this.current = stream;
			stream.count++;
		}
		user.stream = stream;
		stream.execute(() -> stream.join(user));
		if (first) {
			stream.start();
		}
	}

	/**
	 * Keep it no longer.
	 * @param user who wanted it
	 */
	void remove(LeaseUser user) {
		LeaseStream stream = user.stream;
		if (stream != null) {
			stream.execute(() -> stream.leave(user));
		}
	}

	/**
	 * A user has left a stream, which ends with its last one.
	 * @param stream the stream
	 */
	void left(LeaseStream stream) {
		synchronized (this) {
			stream.count--;
			if (stream.count > 0 || this.current != stream) {
				return;
			}
			this.current = null;
		}
		stream.close();
	}

	/**
	 * A stream has ended by itself, with all its users.
	 * @param stream the stream
	 */
	synchronized void ended(LeaseStream stream) {
		if (this.current == stream) {
			this.current = null;
		}
	}

}
