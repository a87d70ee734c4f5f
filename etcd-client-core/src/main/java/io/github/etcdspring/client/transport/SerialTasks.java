/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.ArrayDeque;
import java.util.Queue;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs callbacks of one listener one after the other, in order, without keeping a thread
 * for it. Thread-safe. A callback that throws is logged, and does not hold up the next.
 *
 * @since 0.1.0
 */
public final class SerialTasks {

	private static final Logger logger = LoggerFactory.getLogger(SerialTasks.class);

	private final CallbackExecutor callbacks;

	private final Queue<Runnable> queue = new ArrayDeque<>();

	private boolean running;

	SerialTasks(CallbackExecutor callbacks) {
		this.callbacks = callbacks;
	}

	/**
	 * Run a callback after those that were handed over before it.
	 * @param task the callback, which may block
	 */
	public void execute(Runnable task) {
		synchronized (this.queue) {
			this.queue.add(task);
			if (this.running) {
				return;
			}
			this.running = true;
		}
		this.callbacks.execute(this::drain);
	}

	private void drain() {
		for (Runnable task = next(); task != null; task = next()) {
			try {
				task.run();
			}
			catch (Throwable ex) {
				// Whatever it is, the tasks behind it must not be lost.
				logger.error("A callback failed", ex);
			}
		}
	}

	private @Nullable Runnable next() {
		synchronized (this.queue) {
			Runnable task = this.queue.poll();
			this.running = task != null;
			return task;
		}
	}

}
