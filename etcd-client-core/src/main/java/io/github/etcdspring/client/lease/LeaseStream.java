/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.ResumableStream;
import io.github.etcdspring.client.transport.StreamHandler;
import io.github.etcdspring.client.transport.StreamRpc;
import io.github.etcdspring.client.transport.Timer;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;

/**
 * The stream on which leases are renewed, from its first user to its last. Each lease has
 * one timer, which says when to look at it next, and at most one renewal in flight.
 * <p>
 * The server handles the renewals of a stream one after the other. So that a lease that
 * is about to end need not wait behind thousands that are not, as after a reconnect, no
 * more than some are sent at a time, the most urgent first.
 */
final class LeaseStream implements StreamHandler<LeaseRenewal> {

	static final String OPERATION = "lease_keepalive";

	private static final MethodDescriptor<LeaseKeepAliveRequest, LeaseRenewal> method = Wire
		.mapped(LeaseGrpc.getLeaseKeepAliveMethod(), LeaseStream::renewal);

	private static final int MOST_IN_FLIGHT = 256;

	/** A lease of which nothing is known may be as short as a lease can be. */
	private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(2);

	private static final long CLOCK_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final KeepAlives owner;

	private final ResumableStream<LeaseKeepAliveRequest, LeaseRenewal> stream;

	private final Map<Long, KeptLease> leases = new HashMap<>();

	private final TreeSet<KeptLease> queue = new TreeSet<>(LeaseStream::compareUrgency);

	/** How many users it has, with those that are about to join. Guarded by the owner. */
	int count;

	private int inFlight;

	private int attempts;

	private int interruption;

	private @Nullable Failure trouble;

	private long clockNanos;

	private long clockMillis;

	private boolean over;

	LeaseStream(KeepAlives owner) {
		this.owner = owner;
		this.stream = owner.transport().stream(StreamRpc.endless(OPERATION, method), this);
	}

	private static LeaseRenewal renewal(LeaseKeepAliveResponse answer) {
		Header header = new Header(answer.getHeader().getClusterId(), answer.getHeader().getMemberId(),
				answer.getHeader().getRevision(), answer.getHeader().getRaftTerm());
		return new LeaseRenewal(header, answer.getID(), Duration.ofSeconds(answer.getTTL()));
	}

	private static int compareUrgency(KeptLease one, KeptLease other) {
		long difference = one.dueBy - other.dueBy;
		return (difference != 0) ? Long.signum(difference) : Long.compare(one.id(), other.id());
	}

	void execute(Runnable task) {
		this.stream.execute(task);
	}

	void start() {
		execute(() -> {
			// Its only user may have left already.
			if (!this.over) {
				this.clockNanos = this.stream.nanoTime();
				this.clockMillis = currentTimeMillis();
				this.stream.schedule(CLOCK_CHECK_NANOS, this::compareClocks);
				this.stream.start();
			}
		});
	}

	void close() {
		this.over = true;
		this.leases.values().forEach(LeaseStream::cancelTimeout);
		this.leases.clear();
		this.queue.clear();
		this.stream.close();
	}

	void join(LeaseUser user) {
		if (this.over) {
			// It ended in this moment; another one does not know that failure.
			this.owner.add(user);
			return;
		}
		if (user.isOver()) {
			this.owner.left(this);
			return;
		}
		KeptLease lease = shared(user.lease);
		user.lease = lease;
		user.attemptsBefore = this.attempts;
		user.interruption = this.interruption;
		if (lease.users.isEmpty() || user.wantedAt() - lease.wantedAt > 0) {
			lease.wantedAt = user.wantedAt();
		}
		lease.users.add(user);
		lease.trouble(this.trouble);
		if (user.wantsAnswer()) {
			renew(lease);
		}
		else {
			scheduleNext(lease);
		}
	}

	/**
	 * Find the lease that others keep already, or begin with this one.
	 * @param lease the lease as its new user knows it
	 * @return the lease to use
	 */
	private KeptLease shared(KeptLease lease) {
		KeptLease known = this.leases.get(lease.id());
		if (known != null && known.expired(this.stream.nanoTime()) != null) {
			lose(known);
		}
		while (known != null && known.knowledge().loss() == null) {
			LeaseKnowledge before = known.knowledge();
			LeaseKnowledge news = lease.knowledge();
			if (!news.outlasts(before) || news.loss() != null || known.replaceKnowledge(before, news)) {
				return known;
			}
		}
		if (known != null) {
			lease.inFlight = known.inFlight;
			lease.sentAt = known.sentAt;
			lease.sentAtMillis = known.sentAtMillis;
		}
		this.leases.put(lease.id(), lease);
		return lease;
	}

	void leave(LeaseUser user) {
		KeptLease lease = user.lease;
		if (!this.over && lease.users.remove(user)) {
			if (lease.users.isEmpty()) {
				forget(lease);
			}
			this.owner.left(this);
		}
	}

	// Stop renewing. The answer that is on its way must find what it belongs to.
	private void forget(KeptLease lease) {
		cancelTimeout(lease);
		if (lease.queued) {
			this.queue.remove(lease);
			lease.queued = false;
		}
		if (!lease.inFlight) {
			this.leases.remove(lease.id(), lease);
		}
	}

	@Override
	public void opened() {
		this.inFlight = 0;
		this.queue.clear();
		this.leases.values().removeIf((lease) -> lease.users.isEmpty());
		for (KeptLease lease : this.leases.values()) {
			lease.inFlight = false;
			lease.users.forEach(LeaseUser::connected);
			enqueue(lease);
		}
		sendQueued();
	}

	@Override
	public void received(LeaseRenewal renewal) {
		this.stream.works();
		if (this.trouble != null) {
			this.trouble = null;
			this.attempts = 0;
			this.interruption++;
			this.leases.values().forEach((lease) -> lease.trouble(null));
		}
		KeptLease lease = this.leases.get(renewal.id());
		if (lease == null || !lease.inFlight) {
			return;
		}
		lease.inFlight = false;
		this.inFlight--;
		if (lease.users.isEmpty()) {
			this.leases.remove(lease.id());
		}
		else {
			answered(lease, renewal);
		}
		sendQueued();
		if (this.inFlight > 0) {
			this.stream.awaitAnswer();
		}
	}

	private void answered(KeptLease lease, LeaseRenewal renewal) {
		long now = this.stream.nanoTime();
		if (lease.expired(now) != null) {
			lose(lease);
			return;
		}
		boolean wanted = lease.wantedAt - lease.sentAt > 0;
		if (renewal.ttl().isZero() || renewal.ttl().isNegative()) {
			if (wanted) {
				// Perhaps it has been granted since.
				renew(lease);
			}
			else {
				Failure failure = notFound(lease);
				lease.lose(new LeaseLoss(LeaseLoss.Cause.NOT_FOUND, failure.toException()));
				lose(lease, failure);
			}
			return;
		}
		LeaseKnowledge before = lease.knowledge();
		LeaseKnowledge after = LeaseKnowledge.renewed(lease.sentAt, lease.sentAtMillis, renewal.ttl(),
				Timer.nanos(renewal.ttl()));
		if (after.isExpired(now)) {
			// An answer that took so long says nothing about now.
			renew(lease);
			return;
		}
		if (!before.outlasts(after) && !lease.replaceKnowledge(before, after)) {
			lose(lease);
			return;
		}
		boolean suspect = lease.knowledge().isSuspect(now, currentTimeMillis());
		lease.toldSuspect = suspect;
		long sentAt = lease.sentAt;
		if (wanted || suspect) {
			renew(lease);
		}
		else {
			scheduleNext(lease);
		}
		each(lease, (user) -> {
			user.renewed(renewal, sentAt);
			if (suspect) {
				user.suspect();
			}
		});
	}

	@Override
	public void disconnected(Failure failure, int attempts) {
		this.trouble = failure;
		this.attempts = Math.max(this.attempts, attempts);
		for (KeptLease lease : List.copyOf(this.leases.values())) {
			lease.trouble(failure);
			each(lease, (user) -> user.disconnected(failure, attempts
					- ((user.interruption == this.interruption) ? Math.min(attempts, user.attemptsBefore) : 0)));
		}
	}

	@Override
	public void ended(Failure failure) {
		this.over = true;
		this.owner.ended(this);
		LeaseLoss loss = new LeaseLoss(
				(failure.reason() == Reason.CLOSED) ? LeaseLoss.Cause.CLOSED : LeaseLoss.Cause.FAILED,
				failure.toException());
		for (KeptLease lease : this.leases.values()) {
			cancelTimeout(lease);
			lease.users.forEach((user) -> user.lost(loss, failure));
		}
		this.leases.clear();
		this.queue.clear();
	}

	/**
	 * Tell all users of a lease something, after which some may have ended.
	 * @param lease the lease
	 * @param event what to tell
	 */
	private void each(KeptLease lease, Consumer<LeaseUser> event) {
		int before = lease.users.size();
		lease.users.forEach(event);
		lease.users.removeIf(LeaseUser::isOver);
		if (before > 0 && lease.users.isEmpty()) {
			forget(lease);
		}
		for (int i = lease.users.size(); i < before; i++) {
			this.owner.left(this);
		}
	}

	// Tell all users of a lease that it is lost, and forget it.
	private void lose(KeptLease lease) {
		lose(lease, null);
	}

	private void lose(KeptLease lease, @Nullable Failure failure) {
		LeaseLoss loss = lease.knowledge().loss();
		if (loss != null) {
			List<LeaseUser> users = List.copyOf(lease.users);
			lease.users.clear();
			forget(lease);
			users.forEach((user) -> user.lost(loss, failure));
			users.forEach((user) -> this.owner.left(this));
		}
	}

	private Failure notFound(KeptLease lease) {
		return new Failure(OPERATION, false, StatusCode.NOT_FOUND, Reason.LEASE_NOT_FOUND, Outcome.NOT_APPLIED,
				this.stream.endpoint(), 1, "there is no lease " + Long.toHexString(lease.id()), OptionalLong.empty(),
				null);
	}

	private void renew(KeptLease lease) {
		if (!lease.inFlight) {
			enqueue(lease);
			sendQueued();
		}
		scheduleNext(lease);
	}

	private void enqueue(KeptLease lease) {
		if (lease.queued && this.queue.remove(lease)) {
			lease.queued = false;
		}
		LeaseKnowledge known = lease.knowledge();
		long now = this.stream.nanoTime();
		lease.dueBy = now + (known.isNone() ? SHORTEST_NANOS : known.expiresAfter() - known.age(now));
		lease.queued = true;
		this.queue.add(lease);
	}

	private void sendQueued() {
		while (this.inFlight < MOST_IN_FLIGHT && this.stream.isOpen()) {
			KeptLease lease = this.queue.pollFirst();
			if (lease == null) {
				return;
			}
			lease.queued = false;
			if (lease.expired(this.stream.nanoTime()) != null) {
				// After a pause of the process a timer may be behind the connection.
				lose(lease);
				continue;
			}
			lease.inFlight = true;
			this.inFlight++;
			lease.sentAtMillis = currentTimeMillis();
			lease.sentAt = this.stream.nanoTime();
			this.stream.send(LeaseKeepAliveRequest.newBuilder().setID(lease.id()).build());
			this.stream.awaitAnswer();
		}
	}

	private void scheduleNext(KeptLease lease) {
		cancelTimeout(lease);
		LeaseKnowledge known = lease.knowledge();
		if (known.isNone()) {
			return;
		}
		long next = known.expiresAfter();
		if (!lease.inFlight && !lease.queued) {
			next = known.renewAfter();
		}
		else if (!lease.toldSuspect) {
			next = known.suspectAfter();
		}
		lease.timeout = this.stream.schedule(next - known.age(this.stream.nanoTime()), () -> look(lease));
	}

	// It is time for something.
	private void look(KeptLease lease) {
		if (this.over || lease.users.isEmpty()) {
			return;
		}
		long now = this.stream.nanoTime();
		if (lease.expired(now) != null) {
			lose(lease);
			return;
		}
		LeaseKnowledge known = lease.knowledge();
		if (!lease.toldSuspect && known.isSuspect(now, currentTimeMillis())) {
			lease.toldSuspect = true;
			lease.users.forEach(LeaseUser::suspect);
		}
		if (!lease.queued && (lease.toldSuspect || known.age(now) >= known.renewAfter())) {
			renew(lease);
		}
		else {
			scheduleNext(lease);
		}
	}

	/** When the machine has slept, no timer says so. */
	private void compareClocks() {
		if (this.over) {
			return;
		}
		long now = this.stream.nanoTime();
		long nowMillis = currentTimeMillis();
		long ahead = nowMillis - this.clockMillis - TimeUnit.NANOSECONDS.toMillis(now - this.clockNanos);
		this.clockNanos = now;
		this.clockMillis = nowMillis;
		if (ahead >= TimeUnit.NANOSECONDS.toMillis(CLOCK_CHECK_NANOS)) {
			for (KeptLease lease : List.copyOf(this.leases.values())) {
				if (lease.knowledge().hasSlept(nowMillis)) {
					look(lease);
				}
			}
		}
		this.stream.schedule(CLOCK_CHECK_NANOS, this::compareClocks);
	}

	private long currentTimeMillis() {
		return this.owner.transport().timer().currentTimeMillis();
	}

	private static void cancelTimeout(KeptLease lease) {
		Timer.Timeout timeout = lease.timeout;
		if (timeout != null) {
			timeout.cancel();
			lease.timeout = null;
		}
	}

}
