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
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.test.Direction;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.Fault;
import io.github.etcdspring.test.WithEtcd;
import io.github.etcdspring.test.fault.Contest.Event;
import io.github.etcdspring.test.history.HistoryChecker;
import io.github.etcdspring.test.history.ServerHistory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A lock and a leadership that many want while everything happens to the cluster, to the
 * network, and to the way of single clients, for longer than their leases live. The long
 * form takes ten minutes.
 */
@WithEtcd
@Timeout(1200)
class ContentionFaultTests {

	private static final int CONTESTANTS = 8;

	private static final Duration SHORT = Duration.ofSeconds(2);

	private static final Duration LONG = Duration.ofSeconds(12);

	private static final Duration SOON = Duration.ofSeconds(60);

	private static final Duration ENOUGH = Duration.ofMinutes(1);

	private final Contest contest = new Contest();

	private final List<Contestant> contestants = new ArrayList<>();

	private final Map<String, Integer> cutOff = new TreeMap<>();

	@Test
	void nobodyHoldsWhatIsAnothersWhateverHappens(EtcdBinary binary) throws Exception {
		long seed = FaultSettings.seed(ContentionFaultTests.class);
		Duration duration = FaultSettings.time(12, 600);
		try (RandomFaults faults = new RandomFaults(binary, seed);
				EtcdClient etcd = EtcdClient.builder().endpoints(faults.cluster().endpoints()).build()) {
			try {
				contend(faults, etcd, duration);
			}
			finally {
				this.contestants.forEach(Contestant::close);
			}
		}
	}

	private void contend(RandomFaults faults, EtcdClient etcd, Duration duration) throws InterruptedException {
		this.contest.begin(etcd);
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < CONTESTANTS; i++) {
			Contestant contestant = new Contestant("contestant-" + i, this.contest, faults.endpoints(), etcd,
					i % 2 == 0, (i % 4 < 2) ? SHORT : LONG, faults.random().nextLong());
			this.contestants.add(contestant);
			threads.add(new Thread(contestant, contestant.name()));
		}
		Random random = new Random(faults.random().nextLong());
		threads.add(new Thread(this.contest::askAll, "asker"));
		threads.add(new Thread(() -> this.contest.observe(etcd), "observer"));
		threads.add(new Thread(() -> cutOff(random), "cutter"));
		threads.forEach(Thread::start);
		int rolling = harm(faults, duration);
		this.contest.stop();
		for (Thread thread : threads) {
			thread.join(Duration.ofSeconds(100).toMillis());
			assertThat(thread.isAlive()).as("%s still waits", thread.getName()).isFalse();
		}
		FaultSettings.say(ContentionFaultTests.class,
				this.contest + " under " + faults.count() + " faults " + faults.counts() + ", " + rolling
						+ " rolling restarts, and clients cut off " + this.cutOff + ", in " + duration.toSeconds()
						+ " s");
		check(faults, etcd);
		// In a short contest perhaps nobody outlives his lease.
		assertThat(duration.compareTo(ENOUGH) < 0 || this.contest.total(Event.STALE_REFUSED) > 0).isTrue();
	}

	private int harm(RandomFaults faults, Duration duration) throws InterruptedException {
		long end = System.nanoTime() + duration.toNanos();
		int rolling = 0;
		for (int i = 1; System.nanoTime() - end < 0; i++) {
			if (i % 5 == 0) {
				rolling++;
				for (int member = 0; member < faults.cluster().size(); member++) {
					faults.cluster().member(member).restart();
				}
			}
			else {
				faults.inflict();
			}
			this.contest.pause(Duration.ofMillis(faults.random().nextInt(600)));
		}
		return rolling;
	}

	/** One after the other loses its way to the cluster, which the others keep. */
	private void cutOff(Random random) {
		try {
			while (!this.contest.isStopping()) {
				List<Contestant> holding = this.contestants.stream().filter(Contestant::isHolding).toList();
				List<Contestant> choice = (holding.isEmpty() || random.nextInt(4) == 0) ? this.contestants : holding;
				Contestant unlucky = choice.get(random.nextInt(choice.size()));
				Fault fault = switch (random.nextInt(6)) {
					case 0 -> Fault.stall();
					case 1 -> Fault.halfOpen();
					case 2 -> Fault.discard(Direction.TO_SERVER);
					case 3 -> Fault.discard(Direction.TO_CLIENT);
					case 4 -> Fault.reset();
					default -> Fault.cut();
				};
				this.cutOff.merge(fault.toString(), 1, Integer::sum);
				unlucky.cutOff(fault);
				// At times for longer than its lease lives.
				this.contest.pause(Duration.ofMillis(100 + random.nextInt(4500)));
				unlucky.heal();
				this.contest.pause(Duration.ofMillis(random.nextInt(500)));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void check(RandomFaults faults, EtcdClient etcd) {
		assertThat(this.contest.surprises()).as("faults %s", faults).isEmpty();
		assertThat(this.contestants)
			.allSatisfy((each) -> assertThat(each.gotItInTheEnd()).as("%s got it in the end", each.name()).isTrue());
		long committed = 0;
		for (String queue : List.of(Contest.LOCK, Contest.ELECTION)) {
			committed += Contest.number(etcd.kv().get(Contest.counter(queue)).sync());
		}
		assertThat(committed).isBetween((long) this.contest.total(Event.COMMITTED),
				(long) this.contest.total(Event.COMMITTED, Event.UNKNOWN));
		// All of them have their sessions still: it is not the leases that have gone.
		await().atMost(SOON).until(() -> waiting(etcd) == 0);
		new HistoryChecker(this.contest.history(), ServerHistory.read(etcd))
			.assertNoViolations(Path.of("target", "histories"));
		assertThat(this.contest.total(Event.LOCKED)).isPositive();
		assertThat(this.contest.total(Event.LED)).isPositive();
	}

	private static long waiting(EtcdClient etcd) {
		try {
			return etcd.kv().get(KeyRange.prefix(Contest.LOCK + "/")).countOnly().sync().count()
					+ etcd.kv().get(KeyRange.prefix(Contest.ELECTION + "/")).countOnly().sync().count();
		}
		catch (EtcdException ex) {
			return -1;
		}
	}

}
