/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks that run one after the other in the order in which they were added, on whichever
 * thread comes first.
 */
final class Afterwards {

	private static final Logger logger = LoggerFactory.getLogger(Afterwards.class);

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	private final AtomicInteger runs = new AtomicInteger();

	void add(Runnable task) {
		this.tasks.add(task);
	}

	void run() {
		if (this.tasks.isEmpty() || this.runs.getAndIncrement() != 0) {
			return;
		}
		int seen = 1;
		do {
			for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
				runOne(task);
			}
			seen = this.runs.addAndGet(-seen);
		}
		while (seen != 0);
	}

	private static void runOne(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException ex) {
			logger.error("A task after a change failed", ex);
		}
	}

}
