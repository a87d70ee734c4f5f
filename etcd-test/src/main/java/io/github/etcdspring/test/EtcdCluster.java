/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * A cluster of real etcd servers on the loopback interface. Each member can be stopped,
 * killed, frozen and started on its own, and the network between them can be cut, if the
 * cluster was built {@linkplain Builder#partitionable() for that}.
 * <p>
 * Instances may be used by several threads.
 *
 * @since 0.1.0
 */
public final class EtcdCluster implements AutoCloseable {

	private final Bootstrap.Started started;

	private final List<EtcdServer> members;

	private EtcdCluster(Bootstrap.Started started) {
		this.started = started;
		this.members = started.members();
	}

	/**
	 * Begin to describe a cluster.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Return the number of members.
	 * @return the number, whether they run or not
	 */
	public int size() {
		return this.members.size();
	}

	/**
	 * Return a member.
	 * @param index the number of the member, from 0
	 * @return the member, which the cluster closes
	 * @throws IndexOutOfBoundsException if there is no such member
	 */
	public EtcdServer member(int index) {
		return this.members.get(index);
	}

	/**
	 * Return where clients connect.
	 * @return one URL per member, in the order of the members
	 */
	public List<String> endpoints() {
		return this.members.stream().map(EtcdServer::endpoint).toList();
	}

	/**
	 * Ask the members who leads them.
	 * @return the number of the leader with the highest term that a member knows; empty
	 * if none knows a leader, or that leader does not answer
	 */
	public OptionalInt leader() {
		Map<String, Integer> numbers = new HashMap<>();
		RaftView latest = null;
		for (int i = 0; i < size(); i++) {
			RaftView view = member(i).raftView();
			if (view != null) {
				numbers.put(view.member(), i);
				if (view.leader() != null && (latest == null || view.term() > latest.term())) {
					latest = view;
				}
			}
		}
		Integer leader = (latest != null) ? numbers.get(latest.leader()) : null;
		return (leader != null) ? OptionalInt.of(leader) : OptionalInt.empty();
	}

	/**
	 * Cut the network between these members and all others, in both directions: what they
	 * send is held back, new connections are refused. These members still reach each
	 * other, and clients reach all. Partitions add up until {@link #heal()}.
	 * @param members the numbers of the members on one side
	 * @throws IllegalArgumentException if there are no members on one of the sides
	 * @throws IndexOutOfBoundsException if there is no such member
	 * @throws IllegalStateException if the cluster is not
	 * {@linkplain Builder#partitionable() partitionable} or is closed
	 */
	public void partition(int... members) {
		Set<Integer> side = new TreeSet<>();
		for (int member : members) {
			side.add(Objects.checkIndex(member, size()));
		}
		if (side.isEmpty() || side.size() == size()) {
			throw new IllegalArgumentException("members is " + side + " of a cluster of " + size()
					+ ": name those on one side and leave some for the other");
		}
		network().partition(side);
	}

	/**
	 * Cut the network in one direction: one member's messages do not reach another, whose
	 * own messages arrive. This adds to partitions until {@link #heal()}.
	 * <p>
	 * The messages are held back, on the connections that either of them has made. As TCP
	 * needs both directions, the other direction has what connections there are.
	 * @param from the number of the member that is not heard
	 * @param to the number of the member that does not hear it
	 * @throws IllegalArgumentException if both are the same
	 * @throws IndexOutOfBoundsException if there is no such member
	 * @throws IllegalStateException if the cluster is not
	 * {@linkplain Builder#partitionable() partitionable} or is closed
	 */
	public void partitionOneWay(int from, int to) {
		checkPair(from, to);
		network().mute(from, to);
	}

	/**
	 * Return the way of the connections that one member makes to another, for other
	 * faults than partitions. Each pair of members has two such ways, and messages of
	 * both members go both ways, because members read from connections that they have
	 * made.
	 * @param from the number of the member that connects, which is the client here
	 * @param to the number of the member that it connects to
	 * @return the way
	 * @throws IllegalArgumentException if both are the same
	 * @throws IndexOutOfBoundsException if there is no such member
	 * @throws IllegalStateException if the cluster is not
	 * {@linkplain Builder#partitionable() partitionable}
	 */
	public FaultyLink link(int from, int to) {
		checkPair(from, to);
		return network().link(from, to);
	}

	/**
	 * Undo all partitions and all faults of {@linkplain #link(int, int) links}. What was
	 * held back is delivered. Nothing is waited for, such as a leader.
	 * @throws IllegalStateException if the cluster is not
	 * {@linkplain Builder#partitionable() partitionable} or is closed
	 */
	public void heal() {
		network().heal();
	}

	/**
	 * Heal the network, thaw the members that are frozen, start those that do not run,
	 * and wait until all serve.
	 * @throws IllegalStateException if the cluster is closed, or a member ends or does
	 * not serve in time; the message has the end of its log
	 */
	public void start() {
		PeerNetwork network = this.started.network();
		if (network != null) {
			network.heal();
		}
		this.members.forEach(EtcdServer::thaw);
		// All of them before waiting for one, which serves only with a majority.
		this.members.forEach(EtcdServer::launch);
		this.members.forEach(EtcdServer::start);
	}

	/**
	 * Kill the members and delete their data.
	 */
	@Override
	public void close() {
		this.started.close();
	}

	@Override
	public String toString() {
		return "etcd cluster " + this.members;
	}

	private PeerNetwork network() {
		PeerNetwork network = this.started.network();
		if (network == null) {
			throw new IllegalStateException(
					"the members talk to each other directly: build the cluster with partitionable()");
		}
		return network;
	}

	private void checkPair(int from, int to) {
		Objects.checkIndex(from, size());
		Objects.checkIndex(to, size());
		if (from == to) {
			throw new IllegalArgumentException("from and to are both " + from + ": name two members");
		}
	}

	/**
	 * Describes a cluster to start. The builder may be used again.
	 */
	public static final class Builder {

		private static final int DEFAULT_SIZE = 3;

		private final EtcdServer.Builder member = EtcdServer.builder();

		private int size = DEFAULT_SIZE;

		private boolean partitionable;

		Builder() {
		}

		/**
		 * Set the number of members. The default is 3.
		 * @param size a number from 1
		 * @return this builder
		 * @throws IllegalArgumentException if the number is less than 1
		 */
		public Builder size(int size) {
			if (size < 1) {
				throw new IllegalArgumentException("size is " + size + ": a cluster has at least 1 member");
			}
			this.size = size;
			return this;
		}

		/**
		 * Choose the program of all members. The default is the newest of
		 * {@link EtcdBinaries}.
		 * @param binary the program
		 * @return this builder
		 */
		public Builder binary(EtcdBinary binary) {
			this.member.binary(binary);
			return this;
		}

		/**
		 * Add arguments for each member. The default is none.
		 * @param arguments arguments as for
		 * {@link EtcdServer.Builder#arguments(String...)}
		 * @return this builder
		 */
		public Builder arguments(String... arguments) {
			this.member.arguments(arguments);
			return this;
		}

		/**
		 * Set how long the start of a member may take. The default is 60 seconds.
		 * @param timeout a positive time
		 * @return this builder
		 * @throws IllegalArgumentException if the time is not positive
		 */
		public Builder startTimeout(Duration timeout) {
			this.member.startTimeout(timeout);
			return this;
		}

		/**
		 * Let the members talk to each other through proxies, so that the network between
		 * them can be cut and made slow. The default is that they talk directly.
		 * <p>
		 * Such members advertise peer URLs like {@code http://192.0.2.1:20001}, which
		 * lead nowhere outside the cluster.
		 * @return this builder
		 */
		public Builder partitionable() {
			this.partitionable = true;
			return this;
		}

		/**
		 * Start a cluster and wait until each member serves, which takes a leader.
		 * @return the running cluster
		 * @throws IllegalStateException if there is no etcd, or a member ends or does not
		 * serve in time; the message has the end of its log
		 */
		public EtcdCluster start() {
			return new EtcdCluster(Bootstrap.start(this.member, this.size, this.partitionable));
		}

	}

}
