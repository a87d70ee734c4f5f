/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.embedded.server.Connections;
import io.github.etcdspring.embedded.server.Node;

/**
 * Makes an embedded server misbehave, so that a test sees what its client does about it:
 *
 * <pre class="code">
 * etcd.faults().next(Operation.PUT).dropAfterApplying();
 * etcd.faults().next(3, Operation.RANGE).fail(EtcdError.NO_LEADER);
 * etcd.faults().next(Operation.WATCH).cutAfter(2);
 * </pre>
 *
 * Faults of calls are used up in the order in which they were scheduled; each call meets
 * at most one. A stream counts as one call, when it is opened. {@link #pending()} tells
 * what was scheduled and not met yet. Calls that the client makes on its own, such as
 * keepalives, count too. All methods may be called from any thread.
 *
 * @since 0.1.0
 */
public final class Faults {

	private final Node node;

	private final Connections connections;

	private final List<Scheduled> scheduled = new ArrayList<>();

	private final Map<Operation, Integer> used = new EnumMap<>(Operation.class);

	private final Set<GuardedCall<?, ?>> streams = ConcurrentHashMap.newKeySet();

	private final AtomicInteger delayed = new AtomicInteger();

	Faults(Node node, Connections connections) {
		this.node = node;
		this.connections = connections;
	}

	/**
	 * Begins a fault for the next call of an operation.
	 * @param operation the operation
	 * @return the fault, to say what goes wrong
	 */
	public Fault next(Operation operation) {
		return next(1, operation);
	}

	/**
	 * Begins a fault for the next calls of an operation.
	 * @param calls how many calls, 1 or more
	 * @param operation the operation
	 * @return the fault, to say what goes wrong
	 * @throws IllegalArgumentException if the number is not positive
	 */
	public Fault next(int calls, Operation operation) {
		if (calls < 1) {
			throw new IllegalArgumentException("calls is " + calls + ": use 1 or more");
		}
		return new Fault(this, calls, operation);
	}

	/**
	 * Returns how many calls are still going to meet a fault.
	 * @return the number of calls
	 */
	public synchronized int pending() {
		return this.scheduled.stream().mapToInt((fault) -> fault.calls).sum();
	}

	/**
	 * Returns how many calls of an operation are still going to meet a fault that was
	 * scheduled for it.
	 * @param operation the operation as it was scheduled
	 * @return the number of calls
	 */
	public synchronized int pending(Operation operation) {
		return this.scheduled.stream()
			.filter((fault) -> fault.operation == operation)
			.mapToInt((fault) -> fault.calls)
			.sum();
	}

	/**
	 * Returns how many calls have met a fault since the start or the last
	 * {@link #reset()}.
	 * @return the number of calls
	 */
	public synchronized int used() {
		return this.used.values().stream().mapToInt(Integer::intValue).sum();
	}

	/**
	 * Returns how many calls of an operation have met a fault since the start or the last
	 * {@link #reset()}.
	 * @param operation the operation that was called; {@link Operation#ANY} for all
	 * @return the number of calls
	 */
	public synchronized int used(Operation operation) {
		return (operation == Operation.ANY) ? used() : this.used.getOrDefault(operation, 0);
	}

	/**
	 * Forgets what was scheduled and counted, lets connections in and elects a leader.
	 * What has happened to a call is not undone.
	 */
	public void reset() {
		synchronized (this) {
			this.scheduled.clear();
			this.used.clear();
		}
		acceptConnections();
		electLeader();
	}

	/**
	 * Takes the leader away, as if the other members of a cluster were gone. Requests
	 * that ask for a leader ({@code hasleader}) are refused with "etcdserver: no leader",
	 * and streams that do end with it, at once (a real member waits for three election
	 * timeouts). Without it, writes and linearizable reads that come now fail when 7
	 * seconds have passed on the clock, and are not applied, even if there is a leader
	 * again by then; serializable reads and watches work. Leases do not expire.
	 */
	public void loseLeader() {
		this.node.leader(false);
		for (GuardedCall<?, ?> stream : List.copyOf(this.streams)) {
			if (stream.needsLeader()) {
				boolean health = stream.operation() == null;
				stream
					.end(health ? Status.CANCELLED.withDescription("Stream has ended.") : EtcdError.NO_LEADER.status());
			}
		}
	}

	/**
	 * Gives the leader back. Leases begin a new time to live.
	 */
	public void electLeader() {
		if (!this.node.hasLeader()) {
			this.node.leader(true);
		}
	}

	/**
	 * Compacts the store at its newest revision, so that no older one can be read or
	 * watched any more. Does nothing if it is compacted there already.
	 * @return the revision
	 */
	public long compact() {
		return this.node.write(() -> {
			long revision = this.node.store().revision();
			if (this.node.store().compactedRevision() < revision) {
				this.node.store().compact(revision);
			}
			return revision;
		});
	}

	/**
	 * Compacts the store.
	 * @param revision the oldest revision that can be read afterwards
	 * @throws IllegalArgumentException if the revision is compacted already, or in the
	 * future
	 */
	public void compact(long revision) {
		this.node.write(() -> {
			try {
				this.node.store().compact(revision);
				return true;
			}
			catch (StatusRuntimeException ex) {
				throw new IllegalArgumentException("revision is " + revision + ": use one above "
						+ this.node.store().compactedRevision() + " and not above " + this.node.store().revision(), ex);
			}
		});
	}

	/**
	 * Cuts all TCP connections, without a word to the clients. They may connect again.
	 * @return how many there were
	 */
	public int cutConnections() {
		return this.connections.cutAll();
	}

	/**
	 * Closes every new connection as soon as it is made, until
	 * {@link #acceptConnections()}. Those that are open stay: see
	 * {@link #cutConnections()}.
	 */
	public void refuseConnections() {
		this.connections.refuse(true);
	}

	/**
	 * Lets new connections in again.
	 */
	public void acceptConnections() {
		this.connections.refuse(false);
	}

	/**
	 * Cuts the connections of the open streams of an operation, with everything else that
	 * is on them.
	 * @param operation the operation, such as {@link Operation#WATCH}
	 * @return how many streams there were
	 */
	public int cutStreams(Operation operation) {
		Collection<GuardedCall<?, ?>> open = open(operation);
		open.forEach(GuardedCall::cut);
		return open.size();
	}

	/**
	 * Ends the open streams of an operation with one of etcd's errors.
	 * @param operation the operation, such as {@link Operation#WATCH}
	 * @param error the error
	 * @return how many streams there were
	 */
	public int endStreams(Operation operation, EtcdError error) {
		Collection<GuardedCall<?, ?>> open = open(operation);
		open.forEach((stream) -> stream.end(error.status()));
		return open.size();
	}

	/**
	 * Drops all tokens, as if their time was over: "etcdserver: invalid auth token" for
	 * whoever uses one of them.
	 * @return how many there were
	 */
	public int expireTokens() {
		return this.node.auth().store().expireTokens();
	}

	@Override
	public synchronized String toString() {
		return "Faults" + this.scheduled;
	}

	ServerInterceptor interceptor() {
		return new FaultInterceptor(this.node, this.connections, this);
	}

	synchronized Faults schedule(int calls, Operation operation, FaultPlan plan) {
		this.scheduled.add(new Scheduled(calls, operation, plan));
		return this;
	}

	/**
	 * Uses up the first fault that was scheduled for an operation.
	 * @param operation the operation
	 * @return the fault, or {@link FaultPlan#NONE}
	 */
	synchronized FaultPlan take(Operation operation) {
		for (Iterator<Scheduled> all = this.scheduled.iterator(); all.hasNext();) {
			Scheduled fault = all.next();
			if (fault.operation.includes(operation)) {
				this.used.merge(operation, 1, Integer::sum);
				if (--fault.calls == 0) {
					all.remove();
				}
				return fault.plan;
			}
		}
		return FaultPlan.NONE;
	}

	void opened(GuardedCall<?, ?> stream) {
		this.streams.add(stream);
	}

	void closed(GuardedCall<?, ?> stream) {
		this.streams.remove(stream);
	}

	void delayed(int change) {
		this.delayed.addAndGet(change);
	}

	/**
	 * Returns how many calls wait for their time on the clock.
	 * @return the number of calls that were delayed and not cancelled
	 */
	int delayed() {
		return this.delayed.get();
	}

	private Collection<GuardedCall<?, ?>> open(Operation operation) {
		return this.streams.stream().filter((stream) -> {
			Operation called = stream.operation();
			return called != null && operation.includes(called);
		}).toList();
	}

	/**
	 * A fault that waits for calls.
	 */
	private static final class Scheduled {

		private final Operation operation;

		private final FaultPlan plan;

		private int calls;

		Scheduled(int calls, Operation operation, FaultPlan plan) {
			this.calls = calls;
			this.operation = operation;
			this.plan = plan;
		}

		@Override
		public String toString() {
			String after = this.plan.after().equals(Duration.ZERO) ? "" : " after " + this.plan.after();
			return this.calls + " x " + this.operation + " " + this.plan.kind() + after;
		}

	}

}
