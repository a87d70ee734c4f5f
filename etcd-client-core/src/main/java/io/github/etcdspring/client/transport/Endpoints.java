/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.SynchronizationContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The endpoints of a client: makes them, replaces them while the client runs, and closes
 * them. {@link EndpointPicker} chooses among them, and in {@link EndpointQueue} wait the
 * calls that find none ready: a call is only ever sent on an endpoint that is connected.
 * <p>
 * Everything but the pick itself runs in one synchronization context, so it needs no lock
 * and cannot deadlock with gRPC's own.
 */
final class Endpoints {

	/**
	 * An endpoint that nobody can reach is dialled again this often while it is wanted.
	 */
	static final long REDIAL_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** How long an endpoint may take to connect before the next one is tried as well. */
	static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** How long connecting may take before it is begun anew. */
	static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final Logger logger = LoggerFactory.getLogger(Endpoints.class);

	private final TransportOptions options;

	private final Timer timer;

	private final SynchronizationContext context = new SynchronizationContext(
			(thread, ex) -> logger.error("A defect while choosing an endpoint", ex));

	private final HostResolver resolver;

	private final Random random;

	private final TlsSessions sessions = new TlsSessions();

	private final ChannelCredentials credentials;

	private final EndpointPicker picker;

	private final EndpointQueue queue;

	private final Object replacing = new Object();

	/** The endpoints in the order of the application. */
	private volatile List<EndpointAddress> addresses = List.of();

	/** The same, in the order in which they are tried. */
	private volatile List<EndpointGroup> groups = List.of();

	/** Used no more, but not shut down yet. */
	private final Set<Endpoint> retired = new HashSet<>();

	private volatile List<Endpoint> all = List.of();

	private volatile boolean closed;

	Endpoints(TransportOptions options, Timer timer, HostResolver resolver, Random random) {
		this.options = options;
		this.timer = timer;
		this.resolver = resolver;
		this.random = random;
		// Made once and at the start, so that a certificate that cannot be read is
		// noticed.
		this.credentials = options.endpoints().get(0).secure() ? options.tls().toCredentials(this.sessions)
				: InsecureChannelCredentials.create();
		this.picker = new EndpointPicker(this, options.strategy());
		this.queue = new EndpointQueue(this, this.picker, timer, Timer.nanos(options.connectTimeout()));
		replace(options.endpoints());
	}

	EndpointPicker picker() {
		return this.picker;
	}

	EndpointQueue queue() {
		return this.queue;
	}

	/**
	 * Use other endpoints from now on. Those that stay keep their connections and calls,
	 * and the one in use stays in use. Calls that run on those that go may end; what
	 * waits for one of them by name fails. May be called on any thread.
	 * @param wanted the endpoints, not empty, all of the client's own scheme
	 */
	void replace(List<EndpointAddress> wanted) {
		List<EndpointAddress> order = this.picker.order(wanted);
		synchronized (this.replacing) {
			List<EndpointGroup> before = this.groups;
			List<EndpointGroup> after = groupsFor(order, before);
			this.groups = after;
			this.addresses = List.copyOf(wanted);
			before.stream().filter((group) -> !after.contains(group)).forEach(EndpointGroup::dismiss);
			this.context.executeLater(() -> replaced(before, after));
		}
		// Without the lock, because calls may end here.
		this.context.drain();
	}

	private List<EndpointGroup> groupsFor(List<EndpointAddress> order, List<EndpointGroup> known) {
		List<EndpointGroup> groups = new ArrayList<>();
		try {
			for (EndpointAddress address : order) {
				groups.add(groupFor(address, known));
			}
			return List.copyOf(groups);
		}
		catch (RuntimeException ex) {
			// The application's channel customizer: all remains as it was.
			groups.stream().filter((group) -> !known.contains(group)).forEach(EndpointGroup::close);
			throw ex;
		}
	}

	private EndpointGroup groupFor(EndpointAddress address, List<EndpointGroup> known) {
		return known.stream()
			.filter((group) -> group.configured().equals(address))
			.findFirst()
			.orElseGet(
					() -> new EndpointGroup(address, this.credentials, this.options, this, this.timer, this.resolver));
	}

	private void replaced(List<EndpointGroup> before, List<EndpointGroup> after) {
		after.stream().filter((group) -> !before.contains(group)).forEach((group) -> {
			tellObserver(group.name(), false);
			if (this.closed) {
				group.close();
			}
		});
		rebuild();
		before.stream().filter((group) -> !after.contains(group)).forEach(this::removed);
		this.queue.drive();
	}

	private void removed(EndpointGroup group) {
		logger.info("etcd endpoint {} is no longer used", group.name());
		group.close();
		this.queue.removed(group);
		CallObserver observer = this.options.callObserver();
		if (observer != null && find(group.name()) == null) {
			tellObserver(() -> observer.endpointRemoved(group.name()));
		}
	}

	/**
	 * Whether an endpoint is, still, one of the client's. May be called on any thread.
	 * @param name the endpoint as it was configured
	 * @return whether it can be waited for
	 */
	boolean has(String name) {
		return find(name) != null;
	}

	/**
	 * Whether it is one of the client's.
	 * @param group the endpoint
	 * @return whether it was not removed
	 */
	boolean contains(EndpointGroup group) {
		return this.groups.contains(group);
	}

	/**
	 * Say why nobody can wait for an endpoint.
	 * @param name the endpoint as it was configured
	 * @return the cause in words
	 */
	static String removed(String name) {
		return name + ": it is no longer one of the client's endpoints";
	}

	/**
	 * Return the endpoints in the order of the application.
	 * @return the endpoints as they are configured now
	 */
	List<EndpointAddress> addresses() {
		return this.addresses;
	}

	TlsSessions sessions() {
		return this.sessions;
	}

	void execute(Runnable task) {
		this.context.execute(task);
	}

	Random random() {
		return this.random;
	}

	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Return how many endpoints there are to try.
	 * @return the number, 1 as long as no name is resolved
	 */
	int size() {
		return Math.max(1, this.all.size());
	}

	List<Endpoint> all() {
		return this.all;
	}

	/**
	 * Pick the endpoint of an attempt. May be called on any thread.
	 * @param name the endpoint as it was configured, or {@code null} for any
	 * @return a connected endpoint, or {@code null} if the call has to wait
	 */
	@Nullable Endpoint pick(@Nullable String name) {
		if (name == null) {
			return this.picker.pick();
		}
		EndpointGroup group = find(name);
		return (group != null) ? group.pick() : null;
	}

	/**
	 * Find an endpoint. It may have been removed while a call was on its way. May be
	 * called on any thread.
	 * @param name the endpoint as it was configured
	 * @return the endpoint, or {@code null} if it is none of the client's
	 */
	@Nullable EndpointGroup find(String name) {
		for (EndpointGroup group : this.groups) {
			if (group.name().equals(name)) {
				return group;
			}
		}
		return null;
	}

	/**
	 * Say for each endpoint why it accepts no calls. May be called on any thread.
	 * @param name the only endpoint of interest, or {@code null} for all
	 * @return the causes in words
	 */
	String describe(@Nullable String name) {
		List<String> causes = new ArrayList<>();
		if (name == null) {
			this.groups.forEach((group) -> group.describe(causes));
			return String.join("; ", causes);
		}
		EndpointGroup group = find(name);
		if (group == null) {
			return removed(name);
		}
		group.describe(causes);
		return String.join("; ", causes);
	}

	List<EndpointState> states() {
		return this.groups.stream().map(EndpointGroup::state).toList();
	}

	/**
	 * Wait for a connected endpoint. May be called on any thread.
	 * @param name the only endpoint that will do, or {@code null} for any
	 * @param waiter told when there is one, or when there was none for the connect
	 * timeout
	 * @return the place in the queue
	 */
	EndpointQueue.Waiting await(@Nullable String name, EndpointQueue.Waiter waiter) {
		return this.queue.await(name, waiter);
	}

	/**
	 * An attempt failed in a way that another endpoint would probably not have. May be
	 * called on any thread.
	 * @param endpoint the attempt's endpoint
	 * @param connection the attempt's connection
	 */
	void failed(Endpoint endpoint, int connection) {
		execute(() -> this.picker.failed(endpoint, connection));
	}

	/**
	 * Whether the client has a stream, or had a call a short while ago.
	 * @return whether it is in use, as far as anybody wants to know
	 */
	boolean isInUse() {
		return this.all.stream().anyMatch(Endpoint::isInUse);
	}

	/** The endpoints, or the addresses of a name, have changed. */
	void rebuild() {
		List<Endpoint> endpoints = new ArrayList<>();
		for (EndpointGroup group : this.groups) {
			endpoints.addAll(group.endpoints());
		}
		this.all = List.copyOf(endpoints);
		this.picker.endpointsChanged();
		this.all.forEach(Endpoint::reviewUse);
		this.picker.leaveUnfit();
	}

	/** Resolve names that have no address, or none that can be reached. */
	void refresh() {
		this.groups.forEach(EndpointGroup::refresh);
	}

	/**
	 * Return an endpoint whose name has no address, if no endpoint has one.
	 * @return the endpoint as it was configured, or {@code null}
	 */
	@Nullable String nowhere() {
		return (this.picker.current() == null && this.groups.stream().allMatch(EndpointGroup::isNowhere))
				? this.groups.get(0).name() : null;
	}

	/**
	 * Whether the endpoints that the application named first are still being resolved.
	 * @return whether they will probably be known shortly
	 */
	boolean isFirstResolving() {
		for (EndpointGroup group : this.groups) {
			if (!group.endpoints().isEmpty()) {
				return false;
			}
			if (group.isResolving()) {
				return true;
			}
		}
		return false;
	}

	void readinessChanged(Endpoint endpoint) {
		this.groups.stream()
			.filter((group) -> group.endpoints().contains(endpoint))
			.findFirst()
			.map(EndpointGroup::state)
			.ifPresent((state) -> tellObserver(state.endpoint(), state.connected()));
		if (endpoint.isReady()) {
			this.picker.connected();
		}
	}

	private void tellObserver(String endpoint, boolean connected) {
		CallObserver observer = this.options.callObserver();
		if (observer != null) {
			tellObserver(() -> observer.endpointChanged(endpoint, connected));
		}
	}

	private static void tellObserver(Runnable event) {
		try {
			event.run();
		}
		catch (RuntimeException ex) {
			// A meter that fails must not keep calls waiting.
			logger.warn("The call observer failed", ex);
		}
	}

	/**
	 * An endpoint is used no more. Who was given it an instant ago must still find its
	 * channel open, so it is shut down a little later.
	 * @param endpoint the endpoint
	 */
	void retire(Endpoint endpoint) {
		execute(() -> {
			if (this.closed) {
				endpoint.closeNow();
				return;
			}
			this.retired.add(endpoint);
			this.timer.schedule(PATIENCE_NANOS, () -> execute(() -> {
				if (this.retired.remove(endpoint)) {
					endpoint.shutDown();
				}
			}));
		});
	}

	void close() {
		this.closed = true;
		execute(() -> {
			this.queue.close();
			this.all.forEach(Endpoint::closeNow);
			this.retired.forEach(Endpoint::closeNow);
			this.retired.clear();
		});
	}

}
