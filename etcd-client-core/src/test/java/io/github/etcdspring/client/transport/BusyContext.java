/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Somebody else is at work in the synchronization context of a client's endpoints, until
 * it is closed: what others hand to that context waits.
 */
final class BusyContext implements AutoCloseable {

	private final CountDownLatch free = new CountDownLatch(1);

	BusyContext(TestClient client) {
		CountDownLatch begun = new CountDownLatch(1);
		Thread thread = new Thread(() -> client.transport().endpoints().execute(() -> {
			begun.countDown();
			await(this.free);
		}), "busy-context");
		thread.setDaemon(true);
		thread.start();
		await(begun);
	}

	private static void await(CountDownLatch latch) {
		try {
			if (!latch.await(20, TimeUnit.SECONDS)) {
				throw new IllegalStateException("Nobody came");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.free.countDown();
	}

}
