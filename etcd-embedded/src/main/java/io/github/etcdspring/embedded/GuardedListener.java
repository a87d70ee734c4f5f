/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded;

import java.time.Duration;
import java.util.function.Supplier;

import io.grpc.Context;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.server.Node;
import io.github.etcdspring.embedded.time.EtcdClock;

/**
 * What the network tells a call, on its way to the service: which may hear of it later,
 * or not at all.
 *
 * @param <Q> the type of the requests
 */
final class GuardedListener<Q> extends ServerCall.Listener<Q> {

	/** How long a request waits for a leader: 5 seconds and two election timeouts. */
	private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(7);

	private final Node node;

	private final GuardedCall<Q, ?> call;

	private final Supplier<ServerCall.Listener<Q>> service;

	private final Faults faults;

	private final Context context = Context.current();

	private ServerCall.@Nullable Listener<Q> delegate;

	private EtcdClock.@Nullable Cancellable pending;

	private boolean gone;

	private boolean halfClosed;

	private volatile boolean leaderless;

	GuardedListener(Node node, GuardedCall<Q, ?> call, Supplier<ServerCall.Listener<Q>> service, Faults faults) {
		this.node = node;
		this.call = call;
		this.service = service;
		this.faults = faults;
		call.onCancelService(this::cancel);
	}

	void startAfter(Duration delay) {
		EtcdClock.Cancellable task = this.node.clock().schedule(delay, () -> {
			this.faults.delayed(-1);
			this.context.run(this::start);
		});
		synchronized (this) {
			this.pending = () -> cancelDelay(task);
		}
		this.faults.delayed(1);
	}

	private boolean cancelDelay(EtcdClock.Cancellable task) {
		boolean cancelled = task.cancel();
		if (cancelled) {
			this.faults.delayed(-1);
		}
		return cancelled;
	}

	void start() {
		FaultPlan plan = this.call.plan();
		if (plan.reachesService()) {
			startService();
		}
		else if (plan.kind() == FaultPlan.Kind.FAIL) {
			this.call.end(plan.status());
		}
		else if (plan.kind() == FaultPlan.Kind.DROP_BEFORE_APPLYING) {
			this.call.cut();
		}
	}

	private void startService() {
		ServerCall.Listener<Q> delegate;
		boolean halfClosed;
		synchronized (this) {
			if (this.gone) {
				return;
			}
			// messages come only when the service has asked for them: none is missed here
			delegate = this.service.get();
			this.delegate = delegate;
			halfClosed = this.halfClosed;
		}
		if (this.call.isReady()) {
			delegate.onReady();
		}
		if (halfClosed) {
			delegate.onHalfClose();
		}
	}

	private synchronized ServerCall.@Nullable Listener<Q> delegate() {
		return this.delegate;
	}

	@Override
	public void onMessage(Q message) {
		if (this.leaderless) {
			return;
		}
		Operation operation = this.call.operation();
		Status failure = (operation != null && !this.node.hasLeader()) ? Leaderless.failure(operation, message) : null;
		if (failure != null) {
			failLater(failure, operation != Operation.MOVE_LEADER);
			return;
		}
		ServerCall.Listener<Q> delegate = delegate();
		if (delegate != null) {
			delegate.onMessage(message);
		}
	}

	private void failLater(Status failure, boolean waits) {
		this.leaderless = true;
		if (!waits) {
			this.call.end(failure);
			return;
		}
		EtcdClock.Cancellable task = this.node.clock().schedule(REQUEST_TIMEOUT, () -> this.call.end(failure));
		synchronized (this) {
			this.pending = task;
		}
	}

	@Override
	public void onHalfClose() {
		ServerCall.Listener<Q> delegate;
		synchronized (this) {
			delegate = this.delegate;
			this.halfClosed = true;
		}
		if (delegate != null && !this.leaderless) {
			delegate.onHalfClose();
		}
	}

	@Override
	public void onReady() {
		ServerCall.Listener<Q> delegate = delegate();
		if (delegate != null) {
			delegate.onReady();
		}
	}

	@Override
	public void onCancel() {
		this.faults.closed(this.call);
		this.call.cancelService();
	}

	@Override
	public void onComplete() {
		this.faults.closed(this.call);
		ServerCall.Listener<Q> delegate = delegate();
		if (delegate != null) {
			delegate.onComplete();
		}
	}

	private void cancel() {
		ServerCall.Listener<Q> delegate;
		EtcdClock.Cancellable task;
		synchronized (this) {
			this.gone = true;
			delegate = this.delegate;
			task = this.pending;
		}
		if (task != null) {
			task.cancel();
		}
		if (delegate != null) {
			this.context.run(delegate::onCancel);
		}
	}

}
