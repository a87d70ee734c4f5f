/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.scripted;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The lock of all that a server has seen, and the place to wait for more.
 */
final class Monitor {

	/** How long a test waits, if it does not say. */
	static final Duration PATIENCE = Duration.ofSeconds(10);

	private boolean closed;

	/**
	 * Wait until something is there.
	 * @param <T> the type of what is waited for
	 * @param timeout for how long
	 * @param wanted looks for it, with the lock held
	 * @param complaint says what is missing, with the lock held
	 * @return what was found
	 * @throws AssertionError if it does not come in time, or can't come
	 */
	synchronized <T> T await(Duration timeout, Supplier<? extends @Nullable T> wanted, Supplier<String> complaint) {
		long start = System.nanoTime();
		while (true) {
			T found = wanted.get();
			if (found != null) {
				return found;
			}
			if (this.closed) {
				throw new CallOverError(complaint.get() + "; the server was closed");
			}
			long rest = timeout.toNanos() - (System.nanoTime() - start);
			if (rest <= 0) {
				throw new AssertionError(complaint.get() + "; waited for " + timeout.toMillis() + " ms");
			}
			try {
				TimeUnit.NANOSECONDS.timedWait(this, rest);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new CallOverError(complaint.get() + "; interrupted");
			}
		}
	}

	/** Let those who wait look again. */
	synchronized void changed() {
		notifyAll();
	}

	synchronized void close() {
		this.closed = true;
		notifyAll();
	}

	synchronized boolean isClosed() {
		return this.closed;
	}

}
