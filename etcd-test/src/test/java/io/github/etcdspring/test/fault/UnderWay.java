/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.cache.Cache;
import io.github.etcdspring.client.cache.CacheListener;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.election.LeaderListener;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Leadership;
import io.github.etcdspring.client.session.Session;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchListener;

/**
 * Everything that a client can have under way when it is closed: calls that wait at the
 * server, watches, a keepalive, a cache, observations, and a session that waits for a
 * lock and for its turn to lead, and holds others.
 */
final class UnderWay {

	static final int CALLS = 20;

	static final int WATCHES = 20;

	/**
	 * All of them, with the keepalive, the cache, two observations, and what a session
	 * does.
	 */
	static final int ENDS = CALLS + WATCHES + 8;

	/** What {@link #occupy} keeps open: the watches of a session and its keepalive. */
	static final int OCCUPYING_STREAMS = 2;

	private static final Duration TTL = Duration.ofSeconds(60);

	private final List<CompletableFuture<?>> ends = new ArrayList<>();

	private final List<Long> ownLeases = new ArrayList<>();

	private final Session session;

	private UnderWay(EtcdClient client) {
		this.session = client.session(TTL).sync();
	}

	/**
	 * Take what the others will wait for.
	 * @param client another client
	 * @param prefix begins all keys
	 */
	static void occupy(EtcdClient client, String prefix) {
		long lease = client.leases().grant(TTL).sync().id();
		client.lockService().lock(prefix + "service", lease).sync();
		Session session = client.session(TTL).sync();
		session.lock(prefix + "lock").acquire().sync();
		session.election(prefix + "election").campaign("first").sync();
	}

	/**
	 * Begin all of it, and wait until it is under way.
	 * @param client the client to close
	 * @param prefix begins all keys
	 * @return what is under way
	 */
	static UnderWay begin(EtcdClient client, String prefix) {
		UnderWay underWay = new UnderWay(client);
		underWay.beginStreams(client, prefix);
		underWay.beginCalls(client, prefix);
		return underWay;
	}

	private void beginStreams(EtcdClient client, String prefix) {
		List<CompletableFuture<?>> ready = new ArrayList<>();
		for (int i = 0; i < WATCHES; i++) {
			WatchEnd end = new WatchEnd();
			Watch watch = client.watch(KeyRange.key(prefix + "watched" + i)).open(end);
			ready.add(watch.ready());
			this.ends.add(end.ended);
		}
		long lease = lease(client);
		CompletableFuture<Void> lost = new CompletableFuture<>();
		KeepAlive keepAlive = client.leases()
			.keepAlive(lease)
			.open((loss) -> lost.completeExceptionally(loss.failure()));
		ready.add(keepAlive.ready());
		this.ends.add(lost);
		CacheEnd cacheEnd = new CacheEnd();
		Cache cache = client.cache(KeyRange.prefix(prefix + "cached")).listener(cacheEnd).open();
		ready.add(cache.ready());
		this.ends.add(cacheEnd.ended);
		LeaderEnd own = new LeaderEnd();
		this.session.election(prefix + "election").observe(own);
		LeaderEnd served = new LeaderEnd();
		client.electionService().observe(prefix + "election").open(served);
		for (LeaderEnd each : List.of(own, served)) {
			ready.add(each.told);
			this.ends.add(each.ended);
		}
		ready.forEach(CompletableFuture::join);
	}

	private void beginCalls(EtcdClient client, String prefix) {
		this.session.register(prefix + "registered", "1").sync();
		HeldLock held = this.session.lock(prefix + "held").acquire().sync();
		Leadership led = this.session.election(prefix + "led").campaign("me").sync();
		CompletableFuture<Void> lockLost = new CompletableFuture<>();
		held.onLost(lockLost::completeExceptionally);
		CompletableFuture<Void> leadershipLost = new CompletableFuture<>();
		led.onLost(leadershipLost::completeExceptionally);
		this.ends.addAll(List.of(lockLost, leadershipLost));
		this.ends.add(this.session.lock(prefix + "lock").acquire().async());
		this.ends.add(this.session.election(prefix + "election").campaign("second").async());
		for (int i = 0; i < CALLS; i++) {
			this.ends.add(client.lockService().lock(prefix + "service", lease(client)).async());
		}
	}

	// One that the application has to end itself.
	private long lease(EtcdClient client) {
		long lease = client.leases().grant(TTL).sync().id();
		this.ownLeases.add(lease);
		return lease;
	}

	/**
	 * Return the keys that whatever waits makes.
	 * @param prefix begins all keys
	 * @return the ranges in which nothing but what was occupied must be left
	 */
	static Stream<KeyRange> queues(String prefix) {
		return Stream.of("service/", "lock/", "election/").map((name) -> KeyRange.prefix(prefix + name));
	}

	/**
	 * Return the keys that end with the session.
	 * @param prefix begins all keys
	 * @return the ranges in which nothing must be left
	 */
	static Stream<KeyRange> ownKeys(String prefix) {
		return Stream.of("held/", "led/", "registered").map((name) -> KeyRange.prefix(prefix + name));
	}

	/**
	 * Return what must end, each with a failure.
	 * @return the ends
	 */
	List<CompletableFuture<?>> ends() {
		return this.ends;
	}

	List<Long> ownLeases() {
		return this.ownLeases;
	}

	Session session() {
		return this.session;
	}

	private static void end(CompletableFuture<?> ended, @Nullable EtcdException cause) {
		ended.completeExceptionally((cause != null) ? cause : new AssertionError("closed by nobody"));
	}

	private static final class WatchEnd implements WatchListener {

		private final CompletableFuture<Void> ended = new CompletableFuture<>();

		@Override
		public void onBatch(WatchBatch batch) {
			// Not what this is about.
		}

		@Override
		public void onClosed(WatchClosed closed) {
			end(this.ended, closed.cause());
		}

	}

	private static final class CacheEnd implements CacheListener {

		private final CompletableFuture<Void> ended = new CompletableFuture<>();

		@Override
		public void onClosed(@Nullable EtcdException cause) {
			end(this.ended, cause);
		}

	}

	private static final class LeaderEnd implements LeaderListener {

		private final CompletableFuture<Void> told = new CompletableFuture<>();

		private final CompletableFuture<Void> ended = new CompletableFuture<>();

		@Override
		public void onLeader(KeyValue leader) {
			this.told.complete(null);
		}

		@Override
		public void onClosed(@Nullable EtcdException cause) {
			end(this.ended, cause);
		}

	}

}
