/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.Fault;
import io.github.etcdspring.test.FaultProxy;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How long reads under load take while a member goes away: by how soon the client notices
 * it, and not by how long the calls may wait.
 */
@WithEtcd
class FailoverFaultTests {

	/** On a busy machine the next member may seem silent, too: twice two seconds. */
	private static final Duration LONGEST_SILENCE = Duration.ofSeconds(5);

	private static final int READERS = 8;

	private EtcdCluster cluster;

	private final List<FaultProxy> proxies = new ArrayList<>();

	private final List<EtcdClient> clients = new ArrayList<>();

	@BeforeEach
	void start(EtcdBinary binary) {
		this.cluster = EtcdCluster.builder().size(3).binary(binary).partitionable().start();
		for (int i = 0; i < 3; i++) {
			this.proxies.add(FaultProxy.to(this.cluster.member(i).endpoint()));
		}
	}

	@AfterEach
	void stop() {
		this.clients.forEach(EtcdClient::close);
		this.proxies.forEach(FaultProxy::close);
		this.cluster.close();
	}

	/**
	 * Open a client that is connected to one member, as long as it can be.
	 * @param member the number of the member
	 * @return the client
	 */
	private EtcdClient connectedTo(int member) {
		EtcdClient client = EtcdClient.builder()
			.endpoints(this.proxies.get(member).endpoint(), this.proxies.get((member + 1) % 3).endpoint(),
					this.proxies.get((member + 2) % 3).endpoint())
			.build();
		this.clients.add(client);
		client.kv().put("/k", "v").sync();
		return client;
	}

	private int leader() {
		return await().atMost(Duration.ofSeconds(20)).until(this.cluster::leader, OptionalInt::isPresent).getAsInt();
	}

	/** A member that does not lead: without it, the cluster goes on at once. */
	private int follower() {
		return (leader() + 1) % 3;
	}

	/**
	 * Read under load while something happens to a member, some times over.
	 * @param what the name of the fault
	 * @param serializable whether the reads need no leader
	 * @param victim chooses the member
	 * @param harm what happens to it
	 * @param repair ends that
	 * @return the latencies of all reads
	 */
	private Latencies read(String what, boolean serializable, Victim victim, Harm harm, Harm repair) {
		int rounds = FaultSettings.rounds(1, 5);
		Latencies latencies = new Latencies(what);
		for (int round = 0; round < rounds; round++) {
			int member = victim.choose();
			EtcdClient client = connectedTo(member);
			AtomicBoolean over = new AtomicBoolean();
			List<Thread> readers = new ArrayList<>();
			for (int i = 0; i < READERS; i++) {
				readers.add(new Thread(() -> latencies.readUntil(over, client, serializable), "reader-" + i));
			}
			readers.forEach(Thread::start);
			latencies.awaitMore(1000);
			harm.to(member);
			long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
			await().until(() -> System.nanoTime() - end > 0);
			// However long it took, they read again.
			latencies.awaitMore(1000);
			over.set(true);
			readers.forEach(FailoverFaultTests::join);
			repair.to(member);
			client.close();
		}
		FaultSettings.say(FailoverFaultTests.class, latencies.toString());
		assertThat(latencies.failures).as(what).isEmpty();
		return latencies;
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void refusedEndpointCostsNothingNoticeable() {
		Latencies latencies = read("refused", false, this::follower, (member) -> {
			this.proxies.get(member).refuse();
			this.proxies.get(member).cut();
		}, (member) -> this.proxies.get(member).heal());
		assertThat(latencies.percentile(99)).isLessThan(Duration.ofMillis(500));
		assertThat(latencies.percentile(100)).isLessThan(FaultSettings.within(Duration.ofSeconds(1)));
	}

	@Test
	void resetConnectionsCostNothingNoticeable() {
		Latencies latencies = read("reset", false, this::follower,
				(member) -> this.proxies.get(member).inflictOnCurrent(Fault.reset()), (member) -> {
				});
		assertThat(latencies.percentile(99)).isLessThan(Duration.ofMillis(500));
		assertThat(latencies.percentile(100)).isLessThan(FaultSettings.within(Duration.ofSeconds(1)));
	}

	@Test
	void killedFollowerIsLeftWithinASecond() {
		Latencies latencies = read("killed follower", false, this::follower,
				(member) -> this.cluster.member(member).kill(), (member) -> this.cluster.member(member).start());
		assertThat(latencies.percentile(99)).isLessThan(Duration.ofSeconds(1));
		assertThat(latencies.percentile(100)).isLessThan(FaultSettings.within(Duration.ofSeconds(2)));
	}

	@Test
	void killedLeaderIsLeftWithinASecondByReadsThatNeedNone() {
		Latencies latencies = read("killed leader, serializable", true, this::leader,
				(member) -> this.cluster.member(member).kill(), (member) -> this.cluster.member(member).start());
		assertThat(latencies.percentile(99)).isLessThan(Duration.ofSeconds(1));
		assertThat(latencies.percentile(100)).isLessThan(FaultSettings.within(Duration.ofSeconds(2)));
	}

	@Test
	void killedLeaderCostsAnElection() {
		Latencies latencies = read("killed leader", false, this::leader, (member) -> this.cluster.member(member).kill(),
				(member) -> this.cluster.member(member).start());
		assertThat(latencies.percentile(99)).isLessThan(Duration.ofSeconds(1));
		// A member that is asked during the election makes its callers wait for it, up to
		// its own time of seven seconds.
		assertThat(latencies.percentile(100)).isLessThan(FaultSettings.within(Duration.ofSeconds(8)));
	}

	@Test
	void stoppedFollowerIsLeftWithinThreeSeconds() {
		Latencies latencies = read("stopped follower", false, this::follower,
				(member) -> this.cluster.member(member).freeze(), (member) -> this.cluster.member(member).thaw());
		assertThat(latencies.percentile(99)).isLessThan(Duration.ofSeconds(3));
		assertThat(latencies.percentile(100)).isLessThan(FaultSettings.within(LONGEST_SILENCE));
	}

	@Test
	void silentFollowerIsLeftWithinThreeSeconds() {
		Latencies latencies = read("black hole", false, this::follower,
				(member) -> this.proxies.get(member).inflict(Fault.stall()),
				(member) -> this.proxies.get(member).heal());
		assertThat(latencies.percentile(99)).isLessThan(Duration.ofSeconds(3));
		assertThat(latencies.percentile(100)).isLessThan(FaultSettings.within(LONGEST_SILENCE));
	}

	@Test
	void followerThatIsPartitionedFromItsPeersIsLeftWithinThreeSeconds() {
		Latencies latencies = read("partitioned follower", false, this::follower,
				(member) -> this.cluster.partition(member), (member) -> this.cluster.heal());
		assertThat(latencies.percentile(99)).isLessThan(Duration.ofSeconds(3));
		// It would hold what it has accepted until its own time of seven seconds is over.
		assertThat(latencies.percentile(100)).isLessThan(FaultSettings.within(Duration.ofSeconds(5)));
	}

	@Test
	void rollingRestartOfAllMembersCostsElections() {
		Latencies latencies = read("rolling restart", false, this::leader, (member) -> {
			for (int i = 0; i < 3; i++) {
				this.cluster.member((member + i) % 3).restart();
				leader();
			}
		}, (member) -> {
		});
		assertThat(latencies.percentile(99)).isLessThan(Duration.ofSeconds(1));
		// As with a leader that was killed.
		assertThat(latencies.percentile(100)).isLessThan(FaultSettings.within(Duration.ofSeconds(8)));
	}

	/** Who is harmed. */
	@FunctionalInterface
	private interface Victim {

		int choose();

	}

	/** What happens to a member. */
	@FunctionalInterface
	private interface Harm {

		void to(int member);

	}

	/** How long reads took. */
	private static final class Latencies {

		private final String what;

		private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();

		private final ConcurrentLinkedQueue<EtcdException> failures = new ConcurrentLinkedQueue<>();

		Latencies(String what) {
			this.what = what;
		}

		void readUntil(AtomicBoolean over, EtcdClient client, boolean serializable) {
			while (!over.get()) {
				long start = System.nanoTime();
				try {
					(serializable ? client.kv().get("/k").serializable() : client.kv().get("/k")).sync();
				}
				catch (EtcdException ex) {
					this.failures.add(ex);
				}
				this.nanos.add(System.nanoTime() - start);
			}
		}

		void awaitMore(int reads) {
			int goal = this.nanos.size() + reads;
			await().atMost(Duration.ofSeconds(30)).until(() -> this.nanos.size() >= goal);
		}

		Duration percentile(int percent) {
			long[] sorted = this.nanos.stream().mapToLong(Long::longValue).sorted().toArray();
			return Duration.ofNanos(sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)]);
		}

		@Override
		public String toString() {
			long slow = this.nanos.stream().filter((each) -> each > Duration.ofMillis(500).toNanos()).count();
			return String.format("%s: %d reads, p50 %d ms, p99 %d ms, max %d ms, %d over 500 ms, %d failed", this.what,
					this.nanos.size(), percentile(50).toMillis(), percentile(99).toMillis(), percentile(100).toMillis(),
					slow, this.failures.size());
		}

	}

}
