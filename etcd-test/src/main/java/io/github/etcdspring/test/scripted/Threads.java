/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.scripted;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Makes daemon threads, and knows when they are gone.
 */
final class Threads implements ThreadFactory {

	private static final long PATIENCE_MILLIS = 10_000;

	private final List<Thread> made = new CopyOnWriteArrayList<>();

	private final String name;

	Threads(String name) {
		this.name = name;
	}

	@Override
	public Thread newThread(Runnable task) {
		Thread thread = new Thread(task, this.name);
		thread.setDaemon(true);
		this.made.removeIf((old) -> old.getState() == Thread.State.TERMINATED);
		this.made.add(thread);
		return thread;
	}

	/** Wait until all have ended, but for the caller, and not for ever. */
	void join() {
		long start = System.nanoTime();
		try {
			for (Thread thread : this.made) {
				long rest = PATIENCE_MILLIS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
				if (thread != Thread.currentThread()) {
					thread.join(Math.max(1, rest));
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
