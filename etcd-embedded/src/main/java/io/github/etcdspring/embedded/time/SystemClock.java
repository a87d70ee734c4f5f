/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.time;

import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The clock that follows real time and runs due tasks on a thread of its own.
 */
final class SystemClock extends TaskClock {

	private @Nullable Thread thread;

	SystemClock() {
		super(sinceNow());
	}

	private static LongSupplier sinceNow() {
		long origin = System.nanoTime();
		return () -> System.nanoTime() - origin;
	}

	@Override
	void taskAdded() {
		if (this.thread == null) {
			Thread started = new Thread(this::runTasks, "etcd-embedded-clock");
			started.setDaemon(true);
			this.thread = started;
			started.start();
		}
	}

	private void runTasks() {
		try {
			while (awaitDue()) {
				try {
					runDue();
				}
				catch (IllegalStateException ex) {
					Thread current = Thread.currentThread();
					current.getUncaughtExceptionHandler().uncaughtException(current, ex);
				}
			}
		}
		catch (InterruptedException ex) {
			// nobody but close() ends this thread; whoever interrupts it wants the same
			close();
		}
	}

}
