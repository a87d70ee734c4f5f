/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The calls that wait for a connected endpoint. As long as somebody is here endpoints are
 * connected for them, and nothing of a call that waits here has been sent.
 * <p>
 * Belongs to the synchronization context of {@link Endpoints}, unless a method says
 * otherwise.
 */
final class EndpointQueue {

	private final Endpoints endpoints;

	private final EndpointPicker picker;

	private final Timer timer;

	private final long connectTimeoutNanos;

	private final Set<Waiting> waiting = new LinkedHashSet<>();

	private Timer.@Nullable Timeout wake;

	EndpointQueue(Endpoints endpoints, EndpointPicker picker, Timer timer, long connectTimeoutNanos) {
		this.endpoints = endpoints;
		this.picker = picker;
		this.timer = timer;
		this.connectTimeoutNanos = connectTimeoutNanos;
	}

	/**
	 * Wait for a connected endpoint. May be called on any thread.
	 * @param name the only endpoint that will do, or {@code null} for any
	 * @param waiter told when there is one, or when there was none for the connect
	 * timeout
	 * @return the place in the queue
	 */
	Waiting await(@Nullable String name, Waiter waiter) {
		EndpointGroup group = (name != null) ? this.endpoints.find(name) : null;
		Waiting call = new Waiting(group, waiter);
		this.endpoints.execute(() -> {
			if (this.endpoints.isClosed()) {
				call.giveUp("the client is closed");
				return;
			}
			if (name != null && (group == null || !this.endpoints.contains(group))) {
				call.giveUp(Endpoints.removed(name));
				return;
			}
			// Looks at this call alone: thousands may be waiting already.
			connect(group);
			if (call.hasEndpoint()) {
				call.ready();
				return;
			}
			this.waiting.add(call);
			if (this.wake == null) {
				scheduleWake();
			}
		});
		return call;
	}

	/**
	 * Go on connecting for those who wait, and let them go once there is an endpoint.
	 * Runs after everything that may have changed the picture.
	 */
	void drive() {
		if (this.endpoints.isClosed() || this.waiting.isEmpty()) {
			return;
		}
		cancelWake();
		this.waiting.stream().map((each) -> each.group).distinct().forEach(this::connect);
		List<Waiting> lucky = this.waiting.stream().filter(Waiting::hasEndpoint).toList();
		lucky.forEach(this.waiting::remove);
		lucky.forEach(Waiting::ready);
		if (!this.waiting.isEmpty()) {
			scheduleWake();
		}
	}

	private void connect(@Nullable EndpointGroup group) {
		if (group != null) {
			group.connect();
		}
		else {
			// Once a name, of which several may be needed: the first that works is
			// enough.
			this.endpoints.refresh();
			this.picker.connect();
		}
	}

	private void scheduleWake() {
		this.wake = this.timer.schedule(nextWake(), () -> this.endpoints.execute(() -> {
			this.wake = null;
			drive();
		}));
	}

	private long nextWake() {
		long now = this.timer.nanoTime();
		long wait = Endpoints.REDIAL_NANOS;
		for (Endpoint endpoint : this.endpoints.all()) {
			if (endpoint.isHopeful()) {
				wait = Math.min(wait, endpoint.connectAskedAt() + Endpoints.PATIENCE_NANOS - now);
			}
		}
		return Math.max(wait, 0);
	}

	private void cancelWake() {
		Timer.Timeout timeout = this.wake;
		if (timeout != null) {
			timeout.cancel();
			this.wake = null;
		}
	}

	/**
	 * Nobody needs to wait for an endpoint any more that is no longer the client's.
	 * @param group the endpoint
	 */
	void removed(EndpointGroup group) {
		List<Waiting> stranded = this.waiting.stream().filter((each) -> each.group == group).toList();
		stranded.forEach(this.waiting::remove);
		stranded.forEach((each) -> each.giveUp(Endpoints.removed(group.name())));
	}

	/** The client is closed: nobody waits any longer. */
	void close() {
		cancelWake();
		List<Waiting> rest = List.copyOf(this.waiting);
		this.waiting.clear();
		rest.forEach((each) -> each.giveUp("the client is closed"));
	}

	/**
	 * A call that waits for a connected endpoint.
	 */
	interface Waiter {

		/** There is an endpoint; it is worth picking again. */
		void endpointReady();

		/**
		 * There was none for the connect timeout.
		 * @param causes why, for each endpoint
		 */
		void unreachable(String causes);

	}

	/**
	 * The place of a call in the queue.
	 */
	final class Waiting {

		private final @Nullable EndpointGroup group;

		private final Waiter waiter;

		private final Timer.Timeout timeout;

		Waiting(@Nullable EndpointGroup group, Waiter waiter) {
			this.group = group;
			this.waiter = waiter;
			this.timeout = EndpointQueue.this.timer.schedule(EndpointQueue.this.connectTimeoutNanos,
					() -> EndpointQueue.this.endpoints.execute(this::expire));
		}

		private boolean hasEndpoint() {
			return (this.group != null) ? this.group.pick() != null : EndpointQueue.this.picker.canPick();
		}

		private void ready() {
			this.timeout.cancel();
			this.waiter.endpointReady();
		}

		private void expire() {
			if (EndpointQueue.this.waiting.remove(this)) {
				this.waiter.unreachable(
						EndpointQueue.this.endpoints.describe((this.group != null) ? this.group.name() : null));
			}
		}

		/** The call has ended; nobody needs to be told. May be called on any thread. */
		void cancel() {
			this.timeout.cancel();
			EndpointQueue.this.endpoints.execute(() -> EndpointQueue.this.waiting.remove(this));
		}

		private void giveUp(String cause) {
			this.timeout.cancel();
			this.waiter.unreachable(cause);
		}

	}

}
