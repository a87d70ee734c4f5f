/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.SessionLostException;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Leadership;
import io.github.etcdspring.client.session.Session;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.WithEtcd;
import io.github.etcdspring.test.history.History;
import io.github.etcdspring.test.history.HistoryChecker;
import io.github.etcdspring.test.history.HolderRecorder;
import io.github.etcdspring.test.history.Recorder;
import io.github.etcdspring.test.history.ServerHistory;
import io.github.etcdspring.test.history.Write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Locks, leadership and keys of sessions while members of their cluster are killed,
 * restarted and frozen.
 */
@WithEtcd
@Timeout(240)
class SessionFaultTests {

	private static final String NAME = "/locks/fault";

	private static final String COUNTER = "/counter";

	private static final Duration SOON = Duration.ofSeconds(60);

	/** One tick of the timer, and a machine with much to do. */
	private static final Duration SLACK = Duration.ofMillis(500);

	private final List<AutoCloseable> opened = new ArrayList<>();

	private EtcdCluster cluster;

	private EtcdClient etcd;

	@BeforeEach
	void startCluster(EtcdBinary binary) {
		this.cluster = EtcdCluster.builder().size(3).binary(binary).start();
		this.etcd = client();
	}

	@AfterEach
	void stopCluster() throws Exception {
		for (AutoCloseable each : this.opened) {
			each.close();
		}
		this.cluster.close();
	}

	private EtcdClient client() {
		EtcdClient client = EtcdClient.builder().endpoints(this.cluster.endpoints()).build();
		this.opened.add(0, client);
		return client;
	}

	private Session session(Duration ttl) {
		Session session = client().session(ttl).sync();
		this.opened.add(0, session);
		return session;
	}

	private void eachMember(java.util.function.Consumer<EtcdServer> action) {
		for (int i = 0; i < this.cluster.size(); i++) {
			action.accept(this.cluster.member(i));
		}
	}

	private long keys() {
		return this.etcd.kv().get(KeyRange.prefix(NAME + "/")).countOnly().sync().count();
	}

	private boolean hasKeys(long expected) {
		try {
			return keys() == expected;
		}
		catch (EtcdException ex) {
			return false;
		}
	}

	private static void pause(Duration time) throws InterruptedException {
		new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Test
	void lockHasOneHolderWhateverHappensToTheMembers() throws Exception {
		long seed = FaultSettings.seed(SessionFaultTests.class);
		Duration duration = FaultSettings.time(12, 120);
		Random random = new Random(seed);
		Progress progress = new Progress();
		progress.history.process("main").put(COUNTER, "0").sync(this.etcd.kv().put(COUNTER, "0"));
		List<Thread> threads = new ArrayList<>();
		List<Worker> workers = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			Worker worker = new Worker(session(Duration.ofSeconds((i < 3) ? 3 : 30)), "worker-" + i, progress,
					random.nextLong());
			workers.add(worker);
			threads.add(new Thread(worker, "worker-" + i));
		}
		threads.add(new Thread(progress::askHolders, "asker"));
		threads.forEach(Thread::start);
		long end = System.nanoTime() + duration.toNanos();
		while (System.nanoTime() - end < 0) {
			harm(random);
		}
		eachMember(EtcdServer::thaw);
		progress.stopping.countDown();
		for (Thread thread : threads) {
			thread.join(Duration.ofSeconds(100).toMillis());
			assertThat(thread.isAlive()).as("%s still waits", thread.getName()).isFalse();
		}
		assertThat(progress.surprises).isEmpty();
		assertThat(workers).allSatisfy((worker) -> assertThat(worker.gotItInTheEnd).isTrue());
		long counter = number(this.etcd.kv().get(COUNTER).sync());
		int committed = progress.committed.get();
		assertThat(committed).isPositive();
		assertThat(counter).isBetween((long) committed, (long) committed + progress.unknown.get());
		await().atMost(SOON).until(() -> hasKeys(0));
		new HistoryChecker(progress.history, ServerHistory.read(this.etcd))
			.assertNoViolations(Path.of("target", "histories"));
		System.out.println("SessionFaultTests: " + progress);
	}

	private void harm(Random random) throws InterruptedException {
		EtcdServer member = this.cluster.member(random.nextInt(3));
		switch (random.nextInt(4)) {
			case 0 -> {
				member.kill();
				pause(Duration.ofMillis(random.nextInt(1500)));
				member.start();
			}
			case 1 -> member.restart();
			case 2 -> {
				member.freeze();
				pause(Duration.ofMillis(200 + random.nextInt(3000)));
				member.thaw();
			}
			default -> {
				// No quorum.
				EtcdServer other = this.cluster.member(random.nextInt(3));
				member.freeze();
				other.freeze();
				pause(Duration.ofMillis(200 + random.nextInt(4000)));
				member.thaw();
				other.thaw();
			}
		}
		pause(Duration.ofMillis(random.nextInt(1500)));
	}

	@Test
	void clusterThatIsAwayTooLongCostsEverythingInTimeAndTheSessionComesBack() throws Exception {
		Duration ttl = Duration.ofSeconds(4);
		Session session = session(ttl);
		session.register("/services/me", "here").sync();
		HeldLock lock = session.lock(NAME).acquire().sync();
		Leadership leading = session.election("/leaders/fault").campaign("me").sync();
		long lease = session.leaseId();
		Losses losses = new Losses();
		lock.onLost((cause) -> losses.add(lock.isHeld(), cause));
		leading.onLost((cause) -> losses.add(leading.isHeld(), cause));
		session.onLost((loss) -> losses.add(!session.state().isLost(), loss.failure()));
		CompletableFuture<Void> restored = new CompletableFuture<>();
		session.onRestored(() -> restored.complete(null));
		eachMember(EtcdServer::freeze);
		long frozenAt = System.nanoTime();
		try {
			await().pollInterval(Duration.ofMillis(10)).atMost(SOON).until(() -> !lock.isHeld() && !leading.isHeld());
			// The last renewal that was answered was sent before.
			assertThat(Duration.ofNanos(System.nanoTime() - frozenAt)).isLessThan(ttl.plus(SLACK));
			await().pollInterval(Duration.ofMillis(10)).atMost(SLACK).until(() -> losses.causes.size() == 3);
			assertThat(losses.heldStill).hasValue(0);
			assertThat(restored).isNotDone();
			assertThat(session.state().isLost()).isTrue();
		}
		finally {
			eachMember(EtcdServer::thaw);
		}
		assertThat(restored).succeedsWithin(SOON);
		assertThat(session.leaseId()).isNotEqualTo(lease);
		await().atMost(SOON)
			.untilAsserted(() -> assertThat(this.etcd.kv().get("/services/me").sync().first()).map(KeyValue::lease)
				.hasValue(session.leaseId()));
		Leadership again = session.election("/leaders/fault").campaign("me again").timeout(SOON).sync();
		assertThat(again.isHeld()).isTrue();
		assertThat(again.fencingToken()).isGreaterThan(leading.fencingToken());
		HeldLock next = session.lock(NAME).acquire().timeout(SOON).sync();
		assertThat(next.fencingToken()).isGreaterThan(lock.fencingToken());
		// Whatever is done with the old ones does the new ones no harm.
		leading.close();
		lock.close();
		assertThat(this.etcd.kv().txn().when(next.fence(), again.fence()).sync().succeeded()).isTrue();
		assertThat(this.etcd.kv().txn().when(lock.fence()).then(Op.put(COUNTER, "x")).sync().succeeded()).isFalse();
		next.close();
		await().atMost(SOON).until(() -> hasKeys(0));
	}

	@Test
	void waiterThatLeavesDuringAnOutageLeavesNoKey() throws Exception {
		Session one = session(Duration.ofSeconds(60));
		Session two = session(Duration.ofSeconds(60));
		Session three = session(Duration.ofSeconds(60));
		HeldLock held = one.lock(NAME).acquire().sync();
		CompletableFuture<HeldLock> inTheQueue = three.lock(NAME).acquire().async();
		await().until(() -> hasKeys(2));
		eachMember(EtcdServer::freeze);
		try {
			CompletableFuture<HeldLock> entering = two.lock(NAME).acquire().async();
			pause(Duration.ofSeconds(1));
			entering.cancel(true);
			inTheQueue.cancel(true);
			pause(Duration.ofSeconds(1));
		}
		finally {
			eachMember(EtcdServer::thaw);
		}
		await().atMost(SOON).during(Duration.ofSeconds(5)).until(() -> hasKeys(1));
		held.close();
		three.lock(NAME).acquire().timeout(SOON).sync().close();
		two.lock(NAME).acquire().timeout(SOON).sync().close();
		await().atMost(SOON).until(() -> hasKeys(0));
	}

	@Test
	void entryThatAFrozenMemberMakesMuchLaterIsTakenAway() throws Exception {
		Session one = session(Duration.ofSeconds(60));
		Session two = session(Duration.ofSeconds(60));
		HeldLock held = one.lock(NAME).acquire().sync();
		EtcdServer member = this.cluster.member(0);
		member.freeze();
		try {
			CompletableFuture<HeldLock> entering = two.lock(NAME).acquire().async();
			pause(Duration.ofMillis(200));
			entering.cancel(true);
			pause(Duration.ofSeconds(12));
		}
		finally {
			member.thaw();
		}
		await().atMost(SOON).during(Duration.ofSeconds(3)).until(() -> hasKeys(1));
		held.close();
		two.lock(NAME).acquire().timeout(SOON).sync().close();
		await().atMost(SOON).until(() -> hasKeys(0));
	}

	private static long number(GetResult counter) {
		String value = counter.first().orElseThrow().valueAsUtf8();
		return Long.parseLong(value.substring(0, (value.indexOf(' ') < 0) ? value.length() : value.indexOf(' ')));
	}

	/**
	 * What listeners were told.
	 */
	private static final class Losses {

		private final Queue<EtcdException> causes = new ConcurrentLinkedQueue<>();

		private final AtomicInteger heldStill = new AtomicInteger();

		void add(boolean held, EtcdException cause) {
			if (held) {
				this.heldStill.incrementAndGet();
			}
			this.causes.add(cause);
		}

	}

	/**
	 * What all workers did.
	 */
	private static final class Progress {

		private final CountDownLatch stopping = new CountDownLatch(1);

		private final History history = new History();

		private final Map<HolderRecorder, HeldLock> holders = new ConcurrentHashMap<>();

		private final Queue<String> surprises = new ConcurrentLinkedQueue<>();

		private final AtomicInteger acquired = new AtomicInteger();

		private final AtomicInteger committed = new AtomicInteger();

		private final AtomicInteger unknown = new AtomicInteger();

		private final AtomicInteger stale = new AtomicInteger();

		private final AtomicInteger lost = new AtomicInteger();

		/** Ask those who hold the lock whether they believe so, until the end. */
		void askHolders() {
			try {
				while (!this.stopping.await(2, TimeUnit.MILLISECONDS)) {
					this.holders.forEach((holder, lock) -> holder.believes(lock::isHeld));
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		@Override
		public String toString() {
			return this.acquired + " holders, " + this.committed + " commits, " + this.unknown + " unknown, "
					+ this.stale + " stale fences, " + this.lost + " sessions lost";
		}

	}

	/**
	 * Takes the lock and counts, again and again.
	 */
	private final class Worker implements Runnable {

		private final Session session;

		private final EtcdClient client = client();

		private final Recorder recorder;

		private final String name;

		private final Progress progress;

		private final Random random;

		private @Nullable HeldLock before;

		private @Nullable HolderRecorder holderBefore;

		private int writes;

		private volatile boolean gotItInTheEnd;

		Worker(Session session, String name, Progress progress, long seed) {
			this.session = session;
			this.name = name;
			this.recorder = progress.history.process(name);
			this.progress = progress;
			this.random = new Random(seed);
		}

		@Override
		public void run() {
			try {
				while (this.progress.stopping.getCount() > 0) {
					round(Duration.ofMillis(500 + this.random.nextInt(8000)));
				}
				long end = System.nanoTime() + SOON.toNanos();
				while (!this.gotItInTheEnd && System.nanoTime() - end < 0) {
					this.gotItInTheEnd = round(SOON);
				}
			}
			catch (Throwable ex) {
				this.progress.surprises.add(ex.toString());
			}
		}

		private boolean round(Duration timeout) throws InterruptedException {
			HolderRecorder holder = this.recorder.acquire(NAME);
			HeldLock lock;
			try {
				lock = this.session.lock(NAME).acquire().timeout(timeout).sync();
			}
			catch (SessionLostException ex) {
				this.progress.lost.incrementAndGet();
				pause(Duration.ofMillis(200));
				return false;
			}
			catch (EtcdException ex) {
				if (ex.reason() != Reason.TIMEOUT) {
					this.progress.surprises.add(ex.toString());
				}
				return false;
			}
			holder.acquired(lock.fencingToken());
			lock.onLost((cause) -> holder.lost());
			this.progress.acquired.incrementAndGet();
			this.progress.holders.put(holder, lock);
			try (lock) {
				// When its outcome is not known the lock is released: the same fence
				// would let a late one through.
				return count(lock, holder);
			}
			catch (EtcdException ex) {
				if (ex.outcome() == Outcome.UNKNOWN) {
					this.progress.unknown.incrementAndGet();
				}
				return false;
			}
			finally {
				this.progress.holders.remove(holder);
				this.before = lock;
				this.holderBefore = holder;
			}
		}

		private boolean count(HeldLock lock, HolderRecorder holder) {
			HeldLock former = this.before;
			HolderRecorder holderBefore = this.holderBefore;
			if (former != null && holderBefore != null) {
				this.progress.stale.incrementAndGet();
				if (set(-1, former, holderBefore)) {
					this.progress.surprises.add(former + " was let through after " + lock);
				}
			}
			long value = number(this.recorder.get(COUNTER).sync(this.client.kv().get(COUNTER))) + 1;
			boolean done = set(value, lock, holder);
			if (done) {
				this.progress.committed.incrementAndGet();
			}
			return done;
		}

		private boolean set(long number, HeldLock lock, HolderRecorder holder) {
			String value = number + " " + this.name + "-" + this.writes++;
			return this.recorder.txn(Write.put(COUNTER, value))
				.guardedBy(holder)
				.sync(this.client.kv().txn().when(lock.fence()).then(Op.put(COUNTER, value)))
				.succeeded();
		}

	}

}
