/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.cache.Cache;
import io.github.etcdspring.client.cache.CacheListener;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.election.LeaderKey;
import io.github.etcdspring.client.election.LeaderListener;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.lease.KeepAliveListener;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Session;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchRequest;
import io.github.etcdspring.test.history.History;
import io.github.etcdspring.test.history.HistoryChecker;
import io.github.etcdspring.test.history.Recorder;
import io.github.etcdspring.test.history.ServerHistory;
import io.github.etcdspring.test.history.WatchRecorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Everything that an application does with a client, at once: calls of several threads,
 * watches, a lease that is kept, a session with a lock, the observation of an election
 * and a cache. All keys are below {@code /app/}. Complains of what an application must
 * not notice.
 */
final class EverydayUse implements AutoCloseable {

	private static final Duration SOON = Duration.ofSeconds(60);

	/** As long as a server may be away. */
	private static final Duration TTL = Duration.ofSeconds(15);

	private static final KeyRange WRITTEN = KeyRange.prefix("/app/w/");

	private static final String ELECTION = "/app/election";

	private final EtcdClient client;

	private final History history = new History();

	private final Queue<String> complaints = new ConcurrentLinkedQueue<>();

	private final AtomicInteger calls = new AtomicInteger();

	private final AtomicInteger excused = new AtomicInteger();

	private final AtomicInteger renewals = new AtomicInteger();

	private final List<Thread> threads = new ArrayList<>();

	private final List<WatchRecorder> recorders = new ArrayList<>();

	private final List<Watch> watches = new ArrayList<>();

	private final long first;

	private final long lease;

	private final KeepAlive keepAlive;

	private final Session session;

	private final long sessionLease;

	private final HeldLock lock;

	private final Cache cache;

	private final LeaderKey leader;

	private int proclaimed;

	private volatile String observed = "";

	private volatile boolean resting;

	private volatile boolean excusing;

	private volatile boolean stopped;

	EverydayUse(EtcdClient client) {
		this.client = client;
		this.first = client.kv().put("/app/first", "").sync().revision() + 1;
		for (int i = 0; i < 4; i++) {
			watch(this.first);
		}
		this.lease = client.leases().grant(TTL).sync().id();
		client.kv().put("/app/leased", "").lease(this.lease).sync();
		this.keepAlive = client.leases().keepAlive(this.lease).maxRetries(-1).open(new Renewals());
		this.session = client.session(TTL).sync();
		this.sessionLease = this.session.leaseId();
		this.session.onLost((loss) -> complain("the session has lost its lease: " + loss.cause()));
		this.lock = this.session.lock("/app/lock").acquire().sync();
		this.lock.onLost((cause) -> complain("the lock is lost: " + cause));
		this.leader = client.electionService().campaign(ELECTION, this.sessionLease, "0").timeout(SOON).sync().leader();
		client.electionService().observe(ELECTION).maxRetries(-1).open(new Observer());
		this.cache = client.cache(WRITTEN).listener(new CacheEnd()).open();
		for (int i = 0; i < 4; i++) {
			String key = "/app/w/" + i;
			Recorder recorder = this.history.process("worker-" + i);
			this.threads.add(new Thread(() -> work(recorder, key), "worker-" + i));
		}
		this.threads.forEach(Thread::start);
	}

	/**
	 * Open one more watch.
	 * @param from the first revision
	 */
	private void watch(long from) {
		int number = this.recorders.size();
		WatchRecorder recorder = this.history.watch("watch-" + number, WRITTEN, from);
		WatchRequest request = this.client.watch(WRITTEN).fromRevision(from).maxRetries(-1);
		this.recorders.add(recorder);
		// Some have a stream of their own.
		this.watches.add(((number % 3 == 2) ? request.progress() : request).open(recorder));
	}

	private void work(Recorder recorder, String key) {
		for (int i = 0; !this.stopped; i++) {
			LockSupport.parkNanos(Duration.ofMillis(this.resting ? 50 : 5).toNanos());
			if (this.resting) {
				continue;
			}
			boolean mayFail = this.excusing;
			try {
				if (i % 2 == 0) {
					recorder.put(key, "" + i).sync(this.client.kv().put(key, "" + i));
				}
				else {
					recorder.get(key).sync(this.client.kv().get(key));
				}
				this.calls.incrementAndGet();
			}
			catch (EtcdException ex) {
				boolean ofTheServer = !(ex instanceof AuthenticationException
						|| ex instanceof PermissionDeniedException);
				if (ofTheServer && (mayFail || this.excusing)) {
					this.excused.incrementAndGet();
				}
				else {
					complain(ex.toString());
				}
			}
		}
	}

	private void complain(String complaint) {
		this.complaints.add(complaint);
	}

	/** Make no calls for a while. */
	void rest() {
		this.resting = true;
	}

	void work() {
		this.resting = false;
	}

	/** Calls may fail from now on because there is no server. */
	void excuse() {
		this.excusing = true;
	}

	void expectAnswers() {
		this.excusing = false;
	}

	/** New watches work, what is proclaimed is observed, and what is written is told. */
	void expectEverythingToWork() {
		watch(this.first);
		watch(this.first);
		String value = "" + ++this.proclaimed;
		this.client.electionService().proclaim(this.leader, value).timeout(SOON).sync();
		int before = this.calls.get();
		await().atMost(SOON).until(() -> value.equals(this.observed) && this.calls.get() > before + 20);
		expectNoComplaint();
	}

	private void expectNoComplaint() {
		assertThat(this.complaints).isEmpty();
		assertThat(this.recorders).noneMatch((recorder) -> recorder.closed().isDone());
		assertThat(this.keepAlive.state().isLost()).isFalse();
		assertThat(this.lock.isHeld()).isTrue();
	}

	/**
	 * End the work, and check that nothing was lost.
	 * @param root a client that may read and write everything
	 */
	void finish(EtcdClient root) throws InterruptedException {
		this.stopped = true;
		for (Thread thread : this.threads) {
			thread.join(SOON.toMillis());
			assertThat(thread.isAlive()).as("%s still waits", thread.getName()).isFalse();
		}
		long last = this.client.kv().put("/app/w/last", "").sync().revision();
		await().atMost(SOON)
			.untilAsserted(() -> assertThat(this.recorders)
				.allSatisfy((recorder) -> assertThat(recorder.lastRevision()).isGreaterThanOrEqualTo(last)));
		List<KeyValue> stored = this.client.kv().get(WRITTEN).sync().keyValues();
		assertThat(this.cache.linearizable().timeout(SOON).sync().keyValues())
			.containsExactlyInAnyOrderElementsOf(stored);
		expectNoComplaint();
		assertThat(this.session.leaseId()).isEqualTo(this.sessionLease);
		assertThat(this.client.kv().get("/app/leased").sync().count()).isOne();
		assertThat(this.renewals).hasPositiveValue();
		this.watches.forEach(Watch::close);
		assertThat(this.recorders).allSatisfy((recorder) -> assertThat(recorder.closed()).succeedsWithin(SOON)
			.satisfies((closed) -> assertThat(closed.cause()).isNull()));
		new HistoryChecker(this.history, ServerHistory.read(root)).assertNoViolations(Path.of("target", "histories"));
	}

	int calls() {
		return this.calls.get();
	}

	@Override
	public void close() {
		this.stopped = true;
		this.client.close();
	}

	@Override
	public String toString() {
		return this.calls + " calls, " + this.excused + " excused failures, " + this.recorders.size() + " watches "
				+ this.recorders.stream().mapToInt(WatchRecorder::disconnections).sum() + " times disconnected, "
				+ this.renewals + " renewals";
	}

	private final class Renewals implements KeepAliveListener {

		@Override
		public void onRenewed(Duration ttl) {
			EverydayUse.this.renewals.incrementAndGet();
		}

		@Override
		public void onLost(LeaseLoss loss) {
			if (loss.cause() != LeaseLoss.Cause.CLOSED) {
				complain("a lease is lost: " + loss.cause());
			}
		}

	}

	private final class Observer implements LeaderListener {

		@Override
		public void onLeader(KeyValue leading) {
			EverydayUse.this.observed = leading.valueAsUtf8();
		}

		@Override
		public void onClosed(@Nullable EtcdException cause) {
			if (!EverydayUse.this.stopped) {
				complain("the observation has ended: " + cause);
			}
		}

	}

	private final class CacheEnd implements CacheListener {

		@Override
		public void onClosed(@Nullable EtcdException cause) {
			if (!EverydayUse.this.stopped) {
				complain("the cache has ended: " + cause);
			}
		}

	}

}
