/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.test.Direction;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdCluster;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.Fault;
import io.github.etcdspring.test.FaultProxy;

import static org.awaitility.Awaitility.await;

/**
 * A cluster of three behind proxies, to which everything happens, in an order that a seed
 * decides: all kinds once before any comes again.
 */
final class RandomFaults implements AutoCloseable {

	private final Random random;

	private final EtcdCluster cluster;

	private final List<FaultProxy> proxies = new ArrayList<>();

	private final Deque<Kind> deck = new ArrayDeque<>();

	private final List<String> inflicted = new ArrayList<>();

	private final Map<Kind, Integer> counts = new TreeMap<>();

	RandomFaults(EtcdBinary binary, long seed) {
		this.random = new Random(seed);
		this.cluster = EtcdCluster.builder().size(3).binary(binary).partitionable().start();
		this.cluster.endpoints().forEach((endpoint) -> this.proxies.add(FaultProxy.to(endpoint)));
	}

	/** Where clients connect that are to suffer. */
	List<String> endpoints() {
		return this.proxies.stream().map(FaultProxy::endpoint).toList();
	}

	EtcdCluster cluster() {
		return this.cluster;
	}

	Random random() {
		return this.random;
	}

	/**
	 * Do harm for a while, and repair it.
	 */
	void inflict() {
		if (this.deck.isEmpty()) {
			List<Kind> kinds = Arrays.asList(Kind.values());
			Collections.shuffle(kinds, this.random);
			this.deck.addAll(kinds);
		}
		inflict(this.deck.remove());
	}

	void inflict(Kind kind) {
		this.counts.merge(kind, 1, Integer::sum);
		Duration time = Duration.ofMillis(50 + this.random.nextInt(1150));
		try {
			this.inflicted.add(harm(kind, time) + " for " + time.toMillis() + " ms");
		}
		finally {
			heal();
		}
	}

	/**
	 * Cut all connections, and make no new ones until something is done.
	 * @param meanwhile what is done
	 */
	void cutOff(Runnable meanwhile) {
		this.counts.merge(Kind.CUT, 1, Integer::sum);
		this.inflicted.add("cut off");
		try {
			this.proxies.forEach((proxy) -> proxy.inflict(Fault.cut()));
			meanwhile.run();
		}
		finally {
			heal();
		}
	}

	private void heal() {
		this.proxies.forEach(FaultProxy::heal);
		this.cluster.start();
	}

	private String harm(Kind kind, Duration time) {
		int number = this.random.nextInt(3);
		EtcdServer member = this.cluster.member(number);
		switch (kind) {
			case KILL -> {
				member.kill();
				pause(time);
			}
			case RESTART -> member.restart();
			case FREEZE -> {
				member.freeze();
				// At times longer than it takes to give the connection up.
				pause(time.multipliedBy(2));
			}
			case PARTITION_OF_A_MEMBER -> {
				this.cluster.partition(number);
				pause(time.multipliedBy(2));
			}
			case PARTITION_OF_THE_LEADER -> {
				number = leader();
				this.cluster.partition(number);
				pause(time.multipliedBy(2));
			}
			case MOVE_OF_THE_LEADER -> number = moveLeader(number);
			default -> {
				return harmConnections(kind, number, time);
			}
		}
		return kind + " " + number;
	}

	private String harmConnections(Kind kind, int number, Duration time) {
		Direction direction = this.random.nextBoolean() ? Direction.TO_SERVER : Direction.TO_CLIENT;
		int bytes = 1 + this.random.nextInt(5000);
		int millis = this.random.nextInt(100);
		Fault fault = switch (kind) {
			case CUT -> Fault.cut();
			case RESET -> Fault.reset();
			case STALL -> Fault.stall();
			case STALL_OF_ONE_DIRECTION -> Fault.stall(direction);
			case LOSS -> Fault.discard(direction);
			case HALF_OPEN -> Fault.halfOpen();
			case CUT_LATER -> Fault.cutAfter(direction, bytes);
			case DELAY -> Fault.delay(direction, Duration.ZERO, Duration.ofMillis(millis));
			default -> throw new IllegalArgumentException(kind + " is no fault of a connection");
		};
		boolean all = this.random.nextInt(3) > 0;
		boolean lasting = this.random.nextBoolean();
		for (FaultProxy proxy : all ? this.proxies : this.proxies.subList(number, number + 1)) {
			if (lasting) {
				proxy.inflict(fault);
			}
			else {
				proxy.inflictOnCurrent(fault);
			}
		}
		pause(time);
		return (lasting ? "lasting " : "") + fault + (all ? " of all" : " of " + number);
	}

	private int leader() {
		return await().atMost(Duration.ofSeconds(30)).until(this.cluster::leader, OptionalInt::isPresent).getAsInt();
	}

	private int moveLeader(int other) {
		int leader = leader();
		int target = (other != leader) ? other : (other + 1) % 3;
		String endpoint = this.cluster.member(target).endpoint();
		try (EtcdClient client = EtcdClient.builder().endpoints(this.cluster.endpoints()).build()) {
			long id = client.maintenance().status(endpoint).sync().header().memberId();
			client.maintenance().moveLeader(id).timeout(Duration.ofSeconds(10)).sync();
		}
		catch (EtcdException ex) {
			// There was an election meanwhile, which is as good.
		}
		return target;
	}

	private static void pause(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		await().atMost(Duration.ofSeconds(30))
			.pollInterval(Duration.ofMillis(20))
			.until(() -> System.nanoTime() - end > 0);
	}

	/** How often each kind was inflicted. */
	Map<Kind, Integer> counts() {
		return this.counts;
	}

	int count() {
		return this.inflicted.size();
	}

	@Override
	public void close() {
		this.proxies.forEach(FaultProxy::close);
		this.cluster.close();
	}

	@Override
	public String toString() {
		return this.inflicted.toString();
	}

	/**
	 * What can happen.
	 */
	enum Kind {

		CUT, RESET, STALL, STALL_OF_ONE_DIRECTION, LOSS, HALF_OPEN, CUT_LATER, DELAY, KILL, RESTART, FREEZE,
		PARTITION_OF_A_MEMBER, PARTITION_OF_THE_LEADER, MOVE_OF_THE_LEADER

	}

}
