/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.time.Duration;
import java.util.List;

/**
 * A cluster of real etcd servers on the loopback interface. Each member can be stopped,
 * killed, frozen and started on its own.
 *
 * @since 0.1.0
 */
public final class EtcdCluster implements AutoCloseable {

	private final List<EtcdServer> members;

	private EtcdCluster(List<EtcdServer> members) {
		this.members = members;
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
	 * Thaw the members that are frozen, start those that do not run, and wait until all
	 * serve.
	 * @throws IllegalStateException if the cluster is closed, or a member ends or does
	 * not serve in time; the message has the end of its log
	 */
	public void start() {
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
		this.members.forEach(EtcdServer::close);
	}

	@Override
	public String toString() {
		return "etcd cluster " + this.members;
	}

	/**
	 * Describes a cluster to start. The builder may be used again.
	 */
	public static final class Builder {

		private static final int DEFAULT_SIZE = 3;

		private final EtcdServer.Builder member = EtcdServer.builder();

		private int size = DEFAULT_SIZE;

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
		 * Start a cluster and wait until each member serves, which takes a leader.
		 * @return the running cluster
		 * @throws IllegalStateException if there is no etcd, or a member ends or does not
		 * serve in time; the message has the end of its log
		 */
		public EtcdCluster start() {
			return new EtcdCluster(Bootstrap.start(this.member, this.size));
		}

	}

}
