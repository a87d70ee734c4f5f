/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.lease.KeepAliveListener;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Leadership;
import io.github.etcdspring.client.session.Session;

/**
 * Holds a lock and leads, asks about both all the time, and says what it hears first
 * after its process was paused.
 */
public final class HolderOfAnotherJvm {

	static final String LOCK = "/paused/lock";

	static final String ELECTION = "/paused/leader";

	static final String GUARDED = "/paused/guarded";

	private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

	private HolderOfAnotherJvm() {
	}

	public static void main(String[] args) throws InterruptedException {
		try (EtcdClient client = EtcdClient.builder().endpoints(System.getProperty("etcd")).build();
				Session session = client.session(Duration.ofSeconds(3)).sync()) {
			HeldLock lock = session.lock(LOCK).acquire().sync();
			Leadership leader = session.election(ELECTION).campaign("another").sync();
			CountDownLatch told = new CountDownLatch(3);
			lock.onLost((cause) -> told.countDown());
			leader.onLost((cause) -> told.countDown());
			session.onLost((loss) -> told.countDown());
			Events events = new Events();
			client.leases().keepAlive(session.leaseId()).open(events);
			// All of the code has been used once.
			boolean before = client.kv()
				.txn()
				.when(lock.fence(), leader.fence())
				.then(Op.put(GUARDED, "before"))
				.sync()
				.succeeded();
			System.out.println("held " + (before && lock.isHeld() && leader.isHeld()));
			awaitPause();
			// The first that is asked, whatever the other threads do meanwhile.
			System.out.println("first " + lock.isHeld() + " " + leader.isHeld() + " " + session.state().condition());
			System.out.println("written "
					+ client.kv().txn().when(lock.fence()).then(Op.put(GUARDED, "after")).sync().succeeded() + " "
					+ client.kv().txn().when(leader.fence()).then(Op.put(GUARDED, "after")).sync().succeeded());
			System.out.println("told " + told.await(10, TimeUnit.SECONDS) + " " + events.awaitEnd());
		}
	}

	private static void awaitPause() throws InterruptedException {
		CountDownLatch never = new CountDownLatch(1);
		long last = System.nanoTime();
		while (true) {
			never.await(1, TimeUnit.MILLISECONDS);
			long now = System.nanoTime();
			if (now - last > PAUSE_NANOS) {
				return;
			}
			last = now;
		}
	}

	/**
	 * Which events there were, and whether any renewal was answered just before the end.
	 */
	private static final class Events implements KeepAliveListener {

		private final CountDownLatch ended = new CountDownLatch(1);

		private volatile long renewedAt = System.nanoTime();

		private volatile String end = "";

		String awaitEnd() throws InterruptedException {
			this.ended.await(10, TimeUnit.SECONDS);
			return this.end;
		}

		@Override
		public void onRenewed(Duration ttl) {
			this.renewedAt = System.nanoTime();
		}

		@Override
		public void onLost(LeaseLoss loss) {
			boolean paused = System.nanoTime() - this.renewedAt > PAUSE_NANOS;
			this.end = loss.cause() + (paused ? "" : " after a renewal");
			this.ended.countDown();
		}

	}

}
