/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A call between the service and the network, which can be ended or cut by others than
 * the service: what the service sends afterwards is dropped.
 *
 * @param <Q> the type of the requests
 * @param <A> the type of the answers
 */
final class GuardedCall<Q, A> extends ForwardingServerCall.SimpleForwardingServerCall<Q, A> {

	private final @Nullable Operation operation;

	private final boolean needsLeader;

	private final FaultPlan plan;

	private final Runnable cut;

	private final Runnable closed;

	private final AtomicBoolean cancelled = new AtomicBoolean();

	private volatile Runnable cancelService = () -> {
	};

	private volatile boolean ended;

	private int sent;

	GuardedCall(ServerCall<Q, A> call, @Nullable Operation operation, boolean needsLeader, FaultPlan plan, Runnable cut,
			Consumer<GuardedCall<Q, A>> closed) {
		super(call);
		this.operation = operation;
		this.needsLeader = needsLeader;
		this.plan = plan;
		this.cut = cut;
		this.closed = () -> closed.accept(this);
	}

	/**
	 * Returns what is called.
	 * @return the operation, or {@code null} for a health check
	 */
	@Nullable Operation operation() {
		return this.operation;
	}

	boolean needsLeader() {
		return this.needsLeader;
	}

	FaultPlan plan() {
		return this.plan;
	}

	/**
	 * Sets how the service is told that nobody listens any more.
	 * @param cancelService is run at most once
	 */
	void onCancelService(Runnable cancelService) {
		this.cancelService = cancelService;
	}

	/**
	 * Cuts the connection.
	 */
	void cut() {
		synchronized (this) {
			this.ended = true;
		}
		this.cut.run();
	}

	/**
	 * Ends the call. Does nothing if it has ended.
	 * @param status the status for the client
	 */
	void end(Status status) {
		synchronized (this) {
			if (this.ended) {
				return;
			}
			this.ended = true;
			super.close(status, new Metadata());
		}
		this.closed.run();
		cancelService();
	}

	/**
	 * Tells the service, unless it has been told, or has ended the call itself.
	 */
	void cancelService() {
		if (this.cancelled.compareAndSet(false, true)) {
			this.cancelService.run();
		}
	}

	@Override
	public void sendHeaders(Metadata headers) {
		synchronized (this) {
			if (!this.ended && !this.plan.hidesAnswer()) {
				super.sendHeaders(headers);
			}
		}
	}

	@Override
	public void sendMessage(A message) {
		boolean last;
		synchronized (this) {
			if (this.ended || this.plan.hidesAnswer()) {
				return;
			}
			super.sendMessage(message);
			last = ++this.sent == this.plan.messages();
		}
		if (last && this.plan.kind() == FaultPlan.Kind.CUT) {
			cut();
		}
		else if (last) {
			end(this.plan.status());
		}
	}

	@Override
	public void close(Status status, Metadata trailers) {
		boolean cuts = this.plan.kind() == FaultPlan.Kind.DROP_AFTER_APPLYING;
		synchronized (this) {
			if (this.ended) {
				return;
			}
			this.ended = true;
			if (this.plan.kind() == FaultPlan.Kind.FAIL_AFTER_APPLYING) {
				super.close(this.plan.status(), new Metadata());
			}
			else if (!cuts) {
				super.close(status, trailers);
			}
		}
		this.closed.run();
		if (cuts) {
			this.cut.run();
		}
	}

	@Override
	public boolean isReady() {
		return !this.ended && super.isReady();
	}

}
