/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.net.ConnectException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import org.jspecify.annotations.Nullable;

/**
 * A channel as gRPC makes one for a single address with its retries off: it connects when
 * it is asked to or has a call, waits longer and longer after failures, refuses calls
 * meanwhile unless they wait, and is idle after a loss.
 */
final class SimulatedChannel extends ManagedChannel {

	private final Link link;

	private final VirtualTime time;

	private final SynchronizationContext context = new SynchronizationContext((thread, ex) -> {
		throw new IllegalStateException(ex);
	});

	private final Set<SimulatedCall<?, ?>> pending = new LinkedHashSet<>();

	private final Set<SimulatedCall<?, ?>> running = new LinkedHashSet<>();

	private List<Runnable> watchers = new ArrayList<>();

	private ConnectivityState state = ConnectivityState.IDLE;

	private @Nullable Connection connection;

	private @Nullable Status failure;

	private VirtualTime.@Nullable Event backoff;

	private int failures;

	/** Grows with each dialling, so that an older one's result is ignored. */
	private int dialling;

	private boolean resolved;

	private boolean shutdown;

	SimulatedChannel(Link link) {
		this.link = link;
		this.time = link.time();
	}

	VirtualTime time() {
		return this.time;
	}

	@Override
	public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
		return new SimulatedCall<>(this, method, options);
	}

	@Override
	public String authority() {
		return this.link.toString();
	}

	void start(SimulatedCall<?, ?> call) {
		if (this.resolved) {
			call.trace();
		}
		if (this.shutdown) {
			call.fail(Status.UNAVAILABLE.withDescription("Channel shutdown invoked"));
		}
		else if (this.state == ConnectivityState.READY && this.connection != null) {
			this.running.add(call);
			call.stream(this.connection);
		}
		else if (this.state == ConnectivityState.TRANSIENT_FAILURE && !call.waitsForReady()) {
			call.fail((this.failure != null) ? this.failure : Status.UNAVAILABLE);
		}
		else {
			this.pending.add(call);
			this.context.execute(this::exitIdle);
		}
	}

	void ended(SimulatedCall<?, ?> call) {
		this.pending.remove(call);
		this.running.remove(call);
	}

	/**
	 * Return how many calls have not ended.
	 * @return the number
	 */
	int calls() {
		return this.pending.size() + this.running.size();
	}

	@Override
	public ConnectivityState getState(boolean requestConnection) {
		ConnectivityState before = this.state;
		if (requestConnection) {
			this.context.execute(this::exitIdle);
		}
		return before;
	}

	@Override
	public void notifyWhenStateChanged(ConnectivityState source, Runnable callback) {
		this.context.execute(() -> {
			if (this.state != source) {
				callback.run();
			}
			else {
				this.watchers.add(callback);
			}
		});
	}

	private void become(ConnectivityState next) {
		if (this.state != next && this.state != ConnectivityState.SHUTDOWN) {
			this.state = next;
			List<Runnable> told = this.watchers;
			this.watchers = new ArrayList<>();
			told.forEach(Runnable::run);
		}
	}

	private void exitIdle() {
		if (this.state == ConnectivityState.IDLE) {
			become(ConnectivityState.CONNECTING);
			dial();
		}
	}

	private void dial() {
		int now = ++this.dialling;
		this.backoff = null;
		this.time.after(0, () -> this.context.execute(() -> {
			this.resolved = true;
			List.copyOf(this.pending).forEach(SimulatedCall::trace);
		}));
		this.link.dial(new Link.Dial() {

			@Override
			public void connected(Connection connection) {
				SimulatedChannel.this.context.execute(() -> SimulatedChannel.this.connected(now, connection));
			}

			@Override
			public void failed(String why) {
				SimulatedChannel.this.context.execute(() -> SimulatedChannel.this.failed(now, why));
			}

		});
	}

	private void connected(int dialled, Connection connected) {
		if (dialled != this.dialling || this.shutdown) {
			connected.drain();
			return;
		}
		this.failures = 0;
		this.connection = connected;
		connected.owned((why) -> this.context.execute(() -> lost(connected)));
		become(ConnectivityState.READY);
		List<SimulatedCall<?, ?>> calls = List.copyOf(this.pending);
		this.pending.clear();
		for (SimulatedCall<?, ?> call : calls) {
			this.running.add(call);
			call.stream(connected);
		}
	}

	private void failed(int dialled, String why) {
		if (dialled != this.dialling || this.shutdown) {
			return;
		}
		Status status = Status.UNAVAILABLE.withDescription("io exception").withCause(new ConnectException(why));
		this.failure = status;
		this.failures++;
		double pause = Math.min(120, Math.pow(1.6, this.failures - 1)) * (0.8 + this.link.chance().below(400) / 1000.0);
		this.backoff = this.time.after((long) (pause * 1e9), () -> this.context.execute(this::dial));
		become(ConnectivityState.TRANSIENT_FAILURE);
		List.copyOf(this.pending).stream().filter((call) -> !call.waitsForReady()).forEach((call) -> call.fail(status));
	}

	private void lost(Connection lost) {
		if (lost == this.connection) {
			this.connection = null;
			become(ConnectivityState.IDLE);
			if (!this.pending.isEmpty()) {
				exitIdle();
			}
		}
	}

	@Override
	public void resetConnectBackoff() {
		this.context.execute(() -> {
			if (this.backoff != null) {
				this.backoff.cancel();
				dial();
			}
		});
	}

	@Override
	public void enterIdle() {
		this.context.execute(() -> {
			if (this.shutdown) {
				return;
			}
			leaveConnection();
			become(ConnectivityState.IDLE);
			if (!this.pending.isEmpty()) {
				exitIdle();
			}
		});
	}

	private void leaveConnection() {
		this.dialling++;
		this.failures = 0;
		if (this.backoff != null) {
			this.backoff.cancel();
			this.backoff = null;
		}
		Connection before = this.connection;
		this.connection = null;
		if (before != null) {
			before.drain();
		}
	}

	@Override
	public ManagedChannel shutdown() {
		this.context.execute(() -> {
			if (!this.shutdown) {
				this.shutdown = true;
				leaveConnection();
				become(ConnectivityState.SHUTDOWN);
				List.copyOf(this.pending)
					.forEach((call) -> call.fail(Status.UNAVAILABLE.withDescription("Channel shutdown invoked")));
			}
		});
		return this;
	}

	@Override
	public ManagedChannel shutdownNow() {
		shutdown();
		this.context.execute(() -> List.copyOf(this.running).forEach(SimulatedCall::shutdownNow));
		return this;
	}

	@Override
	public boolean isShutdown() {
		return this.shutdown;
	}

	@Override
	public boolean isTerminated() {
		return this.shutdown && calls() == 0;
	}

	@Override
	public boolean awaitTermination(long timeout, TimeUnit unit) {
		return isTerminated();
	}

}
