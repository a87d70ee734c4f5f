/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * One direction of a connection: in order, late, and held up while the line is stalled.
 */
final class Pipe {

	private final Link link;

	private final Queue<Runnable> held = new ArrayDeque<>();

	private long last;

	private boolean closed;

	Pipe(Link link) {
		this.link = link;
	}

	void send(Runnable delivery) {
		if (!this.closed) {
			this.last = Math.max(this.last, this.link.time().now() + this.link.latency());
			this.link.time().at(this.last, () -> arrive(delivery));
		}
	}

	private void arrive(Runnable delivery) {
		if (this.closed) {
			return;
		}
		if (this.link.isStalled() || !this.held.isEmpty()) {
			this.held.add(delivery);
		}
		else {
			delivery.run();
		}
	}

	void resume() {
		while (!this.closed && !this.link.isStalled() && !this.held.isEmpty()) {
			this.held.remove().run();
		}
	}

	/** Lose what is on its way, and all that follows. */
	void close() {
		this.closed = true;
		this.held.clear();
	}

}
