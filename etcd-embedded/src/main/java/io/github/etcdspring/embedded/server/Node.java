/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.embedded.auth.AccessControl;
import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.embedded.lease.Lessor;
import io.github.etcdspring.embedded.mvcc.Change;
import io.github.etcdspring.embedded.mvcc.MvccStore;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.embedded.watch.WatchHub;
import io.github.etcdspring.proto.Member;
import io.github.etcdspring.proto.ResponseHeader;

/**
 * The one member of the cluster: its state, and the one order in which changes are
 * applied to it. Nothing may wait or send inside {@link #read} and {@link #write}.
 *
 * @since 0.1.0
 */
public final class Node {

	private static final Logger logger = LoggerFactory.getLogger(Node.class);

	/** The ids of a member with etcd's default settings. */
	static final long CLUSTER_ID = 0xcdf818194e3a8c32L;

	static final long MEMBER_ID = 0x8e9e05c52164694dL;

	static final long RAFT_TERM = 2;

	/** What etcd's own start writes to its log: the index before the first request. */
	private static final long FIRST_INDEX = 3;

	private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

	private final Afterwards afterwards = new Afterwards();

	private final MvccStore store = new MvccStore();

	private final NodeOptions options;

	private final Alarms alarms;

	private final Members members = new Members(
			Member.newBuilder().setID(MEMBER_ID).setName("default").addPeerURLs("http://localhost:2380").build());

	private final Downgrade downgrade = new Downgrade();

	private final Lessor lessor;

	private final WatchHub watches;

	private final AccessControl auth;

	private volatile boolean leader = true;

	private final AtomicLong index = new AtomicLong(FIRST_INDEX);

	/**
	 * Creates a node with an empty store.
	 * @param options the settings
	 */
	public Node(NodeOptions options) {
		this.options = options;
		this.alarms = new Alarms(this.store, options.quotaBytes());
		this.lessor = new Lessor(options.clock(), this::expire);
		this.watches = new WatchHub(this.store, options.clock(), this::header, this::read, options.maxRequestBytes());
		this.auth = new AccessControl(options.clock(), options.tokenTtl(), this.lessor::keys);
		this.store.leases(this.lessor);
		this.store.addListener(this.watches);
	}

	/**
	 * Returns the store. Read it inside {@link #read}, change it inside {@link #write}.
	 * @return the store
	 */
	public MvccStore store() {
		return this.store;
	}

	/**
	 * Returns the leases.
	 * @return the leases
	 */
	public Lessor lessor() {
		return this.lessor;
	}

	/**
	 * Returns the watches.
	 * @return the watches
	 */
	public WatchHub watches() {
		return this.watches;
	}

	/**
	 * Returns users, roles and permissions.
	 * @return the access control
	 */
	public AccessControl auth() {
		return this.auth;
	}

	/**
	 * Returns the time.
	 * @return the clock
	 */
	public EtcdClock clock() {
		return this.options.clock();
	}

	NodeOptions options() {
		return this.options;
	}

	Alarms alarms() {
		return this.alarms;
	}

	Members members() {
		return this.members;
	}

	Downgrade downgrade() {
		return this.downgrade;
	}

	/**
	 * Returns the header of an answer that is made now: to be called inside {@link #read}
	 * or {@link #write}.
	 * @return the header with the newest revision
	 */
	public ResponseHeader header() {
		return header(this.store.revision());
	}

	ResponseHeader header(long revision) {
		return ResponseHeader.newBuilder()
			.setClusterId(CLUSTER_ID)
			.setMemberId(MEMBER_ID)
			.setRevision(revision)
			.setRaftTerm(RAFT_TERM)
			.build();
	}

	/**
	 * Reads beside other reads, while nothing changes.
	 * @param <T> the type of the result
	 * @param action the read; must not wait, send or call {@link #write}
	 * @return its result
	 */
	public <T> T read(Supplier<T> action) {
		this.lock.readLock().lock();
		try {
			return action.get();
		}
		finally {
			this.lock.readLock().unlock();
			runAfterwards();
		}
	}

	/**
	 * Changes, alone.
	 * @param <T> the type of the result
	 * @param action the change; must not wait or send
	 * @return its result
	 */
	public <T> T write(Supplier<T> action) {
		this.lock.writeLock().lock();
		try {
			this.index.incrementAndGet();
			return action.get();
		}
		finally {
			this.lock.writeLock().unlock();
			runAfterwards();
		}
	}

	/**
	 * Runs a task after the lock is released, one after the other in the order of the
	 * calls, on the thread of one of those who released it. Outside of the lock it runs
	 * at once, or after those that are running. The task must not wait.
	 * @param task the task
	 */
	public void later(Runnable task) {
		this.afterwards.add(task);
		runAfterwards();
	}

	private void runAfterwards() {
		if (!this.lock.isWriteLockedByCurrentThread() && this.lock.getReadHoldCount() == 0) {
			this.afterwards.run();
		}
	}

	/**
	 * Answers a unary call, or fails it with the status of the exception.
	 * @param <T> the type of the answer
	 * @param observer the call
	 * @param action makes the answer
	 */
	public <T> void answer(StreamObserver<T> observer, Supplier<T> action) {
		T answer;
		try {
			answer = action.get();
		}
		catch (Throwable ex) {
			observer.onError(failure(ex));
			if (ex instanceof Error error) {
				throw error;
			}
			return;
		}
		observer.onNext(answer);
		observer.onCompleted();
	}

	/**
	 * Turns what a service threw into what the client is told.
	 * @param ex the exception
	 * @return an exception with a status
	 */
	static Throwable failure(Throwable ex) {
		if (ex instanceof StatusRuntimeException || ex instanceof StatusException) {
			return ex;
		}
		logger.error("A request failed for a reason that etcd does not have", ex);
		return Status.UNKNOWN.withDescription("embedded etcd: " + ex).asRuntimeException();
	}

	/**
	 * Checks that the current call may watch a range.
	 * @param key the first key
	 * @param end the key after the last
	 */
	void checkWatch(ByteString key, ByteString end) {
		read(() -> {
			this.auth.checkRange(Callers.current(this), key, end);
			return true;
		});
	}

	/**
	 * Removes a lease and deletes its keys in one revision, in key order.
	 * @param lease the lease
	 * @throws StatusRuntimeException with the text of {@link EtcdError#LEASE_NOT_FOUND}
	 */
	void revoke(long lease) {
		write(() -> {
			this.alarms.requireSound();
			List<ByteString> keys = this.lessor.revoke(lease);
			try (Change change = this.store.begin()) {
				for (ByteString key : keys) {
					change.deleteRange(key, ByteString.EMPTY);
				}
				return change.commit();
			}
		});
	}

	private void expire(long lease) {
		try {
			revoke(lease);
		}
		catch (StatusRuntimeException ex) {
			logger.debug("A lease that expired was not revoked", ex);
		}
	}

	/**
	 * Returns whether the member knows a leader. Without one, requests that ask for a
	 * leader fail.
	 * @return {@code true} unless it was taken away
	 */
	public boolean hasLeader() {
		return this.leader;
	}

	/**
	 * Takes the leader away or gives it back.
	 * @param leader whether there is a leader
	 */
	public void leader(boolean leader) {
		this.leader = leader;
		if (leader) {
			this.lessor.resume();
		}
		else {
			this.lessor.pause();
		}
	}

	long index() {
		return this.index.get();
	}

	void close() {
		this.watches.close();
		this.lessor.close();
	}

}
