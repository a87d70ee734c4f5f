/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.SynchronizationContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Picks the endpoint of each attempt, and connects endpoints for the calls that find none
 * ready. A call is only ever sent on an endpoint that is connected; until there is one it
 * waits here, where nothing has been sent for sure.
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

	private final ChannelCredentials credentials;

	private final Object replacing = new Object();

	/** The endpoints in the order of the application. */
	private volatile List<EndpointAddress> addresses = List.of();

	/** The same, in the order in which they are tried. */
	private volatile List<EndpointGroup> groups = List.of();

	private final Set<Waiting> waiting = new LinkedHashSet<>();

	/** Used no more, but not shut down yet. */
	private final Set<Endpoint> retired = new HashSet<>();

	private final AtomicInteger turn = new AtomicInteger();

	private volatile List<Endpoint> all = List.of();

	private volatile @Nullable Endpoint current;

	/** Whether an endpoint was connected ever; until then the order decides. */
	private boolean settled;

	private volatile boolean closed;

	private Timer.@Nullable Timeout wake;

	Endpoints(TransportOptions options, Timer timer, HostResolver resolver, Random random) {
		this.options = options;
		this.timer = timer;
		this.resolver = resolver;
		this.random = random;
		// Made once and at the start, so that a certificate that cannot be read is
		// noticed.
		this.credentials = options.endpoints().get(0).secure() ? options.tls().toCredentials()
				: InsecureChannelCredentials.create();
		replace(options.endpoints());
	}

	/**
	 * Use other endpoints from now on. Those that stay keep their connections and calls,
	 * and the one in use stays in use. Calls that run on those that go may end; what
	 * waits for one of them by name fails. May be called on any thread.
	 * @param wanted the endpoints, not empty, all of the client's own scheme
	 */
	void replace(List<EndpointAddress> wanted) {
		List<EndpointAddress> order = new ArrayList<>(wanted);
		if (this.options.strategy() == EndpointStrategy.SHUFFLED) {
			Collections.shuffle(order, this.random);
		}
		synchronized (this.replacing) {
			List<EndpointGroup> before = this.groups;
			List<EndpointGroup> after = groupsFor(order, before);
			this.groups = after;
			this.addresses = List.copyOf(wanted);
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
		drive();
	}

	private void removed(EndpointGroup group) {
		logger.info("etcd endpoint {} is no longer used", group.name());
		group.close();
		List<Waiting> stranded = this.waiting.stream().filter((each) -> each.group == group).toList();
		stranded.forEach(this.waiting::remove);
		stranded.forEach((each) -> each.giveUp(removed(group.name())));
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

	private static String removed(String name) {
		return name + ": it is no longer one of the client's endpoints";
	}

	/**
	 * Return the endpoints in the order of the application.
	 * @return the endpoints as they are configured now
	 */
	List<EndpointAddress> addresses() {
		return this.addresses;
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
	 * Return the endpoint that calls use now.
	 * @return the endpoint, connected or not, or {@code null} before a name is resolved
	 */
	@Nullable Endpoint current() {
		return this.current;
	}

	/**
	 * Pick the endpoint of an attempt.
	 * @return a connected endpoint, or {@code null} if the call has to wait
	 */
	@Nullable Endpoint pick() {
		if (this.options.strategy() != EndpointStrategy.ROUND_ROBIN) {
			Endpoint endpoint = this.current;
			return (endpoint != null && endpoint.isReady()) ? endpoint : null;
		}
		List<Endpoint> endpoints = this.all;
		int size = endpoints.size();
		int start = (size > 1) ? (this.turn.getAndIncrement() & Integer.MAX_VALUE) % size : 0;
		if (size > 0) {
			// Nobody waits for an endpoint while others work, but its turn comes.
			endpoints.get(start).connectIfDue();
		}
		Endpoint avoided = null;
		for (int i = 0; i < size; i++) {
			Endpoint endpoint = endpoints.get((start + i) % size);
			if (endpoint.isReady()) {
				if (!endpoint.isAvoided()) {
					return endpoint;
				}
				avoided = (avoided != null) ? avoided : endpoint;
			}
		}
		return avoided;
	}

	// What pick() would say, without taking a turn.
	private boolean pickable() {
		Endpoint endpoint = this.current;
		return (this.options.strategy() == EndpointStrategy.ROUND_ROBIN) ? this.all.stream().anyMatch(Endpoint::isReady)
				: endpoint != null && endpoint.isReady();
	}

	/**
	 * Pick the endpoint of an attempt that only one member can answer.
	 * @param name the endpoint as it was configured, or {@code null} for any
	 * @return a connected endpoint, or {@code null} if the call has to wait
	 */
	@Nullable Endpoint pick(@Nullable String name) {
		if (name == null) {
			return pick();
		}
		EndpointGroup group = find(name);
		return (group != null) ? group.pick() : null;
	}

	// It may have been removed while a call was on its way.
	private @Nullable EndpointGroup find(String name) {
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
	 * Wait for a connected endpoint.
	 * @param name the only endpoint that will do, or {@code null} for any
	 * @param waiter told when there is one, or when there was none for the connect
	 * timeout
	 * @return the place in the queue
	 */
	Waiting await(@Nullable String name, Waiter waiter) {
		EndpointGroup group = (name != null) ? find(name) : null;
		Waiting call = new Waiting(group, waiter);
		execute(() -> {
			if (this.closed) {
				call.giveUp("the client is closed");
				return;
			}
			if (name != null && (group == null || !this.groups.contains(group))) {
				call.giveUp(removed(name));
				return;
			}
			// Looks at this call alone: thousands may be waiting already.
			call.connect();
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
	 * An attempt failed in a way that another endpoint would probably not have. However
	 * many attempts report the same connection, the client moves once.
	 * @param endpoint the attempt's endpoint
	 * @param connection the attempt's connection
	 */
	void failed(Endpoint endpoint, int connection) {
		execute(() -> {
			if (endpoint.connection() == connection) {
				leave(endpoint);
			}
		});
	}

	/**
	 * Prefer other endpoints from now on.
	 * @param endpoint the endpoint to leave
	 */
	void leave(Endpoint endpoint) {
		if (this.closed) {
			return;
		}
		endpoint.avoid();
		if (this.all.size() > 1) {
			Endpoint next = next(endpoint);
			boolean worse = !next.isFit() && endpoint.isFit() && endpoint.isReady();
			if (endpoint == this.current && !worse) {
				moveTo(next);
			}
		}
		else if (endpoint.mayRenew()) {
			// Behind one address there may be several members.
			endpoint.renew();
		}
	}

	private Endpoint next(Endpoint endpoint) {
		List<Endpoint> others = inOrder(this.all.indexOf(endpoint) + 1);
		return (others.get(0) != endpoint) ? others.get(0) : others.get(1);
	}

	// Those that are known to be of no use now are the last resort.
	private List<Endpoint> inOrder(int first) {
		List<Endpoint> order = new ArrayList<>(this.all);
		Collections.rotate(order, -first);
		order.sort(Comparator.comparing((endpoint) -> !endpoint.isFit()));
		return order;
	}

	private List<Endpoint> inOrder() {
		Endpoint endpoint = this.current;
		return inOrder((endpoint != null) ? this.all.indexOf(endpoint) : 0);
	}

	/**
	 * Whether the client has a stream, or had a call a short while ago.
	 * @return whether it is in use, as far as anybody wants to know
	 */
	boolean isInUse() {
		return this.all.stream().anyMatch(Endpoint::isInUse);
	}

	/**
	 * Leave the endpoints whose members have no leader or do not serve. Nothing is left
	 * before there is a connected endpoint to go to.
	 */
	void leaveUnfit() {
		List<Endpoint> unfit = this.all.stream().filter((endpoint) -> !endpoint.isFit()).toList();
		boolean used = unfit.stream()
			.anyMatch((endpoint) -> endpoint == this.current || endpoint.streams() > 0 || endpoint.holdsReads());
		Endpoint better = (used && !this.closed) ? connectFit() : null;
		if (better == null) {
			return;
		}
		Endpoint now = this.current;
		if (now == null || !now.isFit() || !now.isReady()) {
			moveTo(better);
		}
		unfit.forEach((endpoint) -> {
			LeaderCheck.Complaint complaint = endpoint.complaint();
			if (complaint != null) {
				endpoint.moveOn(complaint);
			}
		});
	}

	private @Nullable Endpoint connectFit() {
		List<Endpoint> fit = inOrder().stream().filter(Endpoint::isFit).toList();
		for (Endpoint endpoint : fit) {
			if (endpoint.isReady()) {
				return endpoint;
			}
		}
		for (Endpoint endpoint : fit) {
			endpoint.connect();
			if (endpoint.isHopeful()) {
				break;
			}
		}
		return null;
	}

	private void moveTo(Endpoint endpoint) {
		if (this.options.strategy() != EndpointStrategy.ROUND_ROBIN) {
			logger.debug("etcd calls go to {} now", endpoint.name());
		}
		this.current = endpoint;
	}

	/** The endpoints, or the addresses of a name, have changed. */
	void rebuild() {
		List<Endpoint> endpoints = new ArrayList<>();
		for (EndpointGroup group : this.groups) {
			endpoints.addAll(group.endpoints());
		}
		this.all = List.copyOf(endpoints);
		Endpoint endpoint = this.current;
		if (!endpoints.isEmpty() && (!this.settled || endpoint == null || !endpoints.contains(endpoint))) {
			this.current = endpoints.get(0);
		}
		this.all.forEach(Endpoint::reviewUse);
		leaveUnfit();
	}

	/**
	 * Go on connecting for those who wait, and let them go once there is an endpoint.
	 * Runs after everything that may have changed the picture.
	 */
	void drive() {
		if (this.closed || this.waiting.isEmpty()) {
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

	private void scheduleWake() {
		this.wake = this.timer.schedule(nextWake(), () -> execute(() -> {
			this.wake = null;
			drive();
		}));
	}

	private void connect(@Nullable EndpointGroup group) {
		if (group != null) {
			group.connect();
		}
		else {
			connectForWaiting();
		}
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
		return (this.current == null && this.groups.stream().allMatch(EndpointGroup::isNowhere))
				? this.groups.get(0).name() : null;
	}

	private void connectForWaiting() {
		// Once a name, of which several may be needed: the first that works is enough.
		refresh();
		boolean all = this.options.strategy() == EndpointStrategy.ROUND_ROBIN;
		if (!all && firstIsResolving()) {
			return;
		}
		for (Endpoint endpoint : inOrder()) {
			endpoint.connect();
			if (!all && endpoint.isReady()) {
				moveTo(endpoint);
				return;
			}
			if (!all && endpoint.isHopeful()) {
				return;
			}
		}
	}

	private long nextWake() {
		long now = this.timer.nanoTime();
		long wait = REDIAL_NANOS;
		for (Endpoint endpoint : this.all) {
			if (endpoint.isHopeful()) {
				wait = Math.min(wait, endpoint.connectAskedAt() + PATIENCE_NANOS - now);
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

	// An endpoint that the application named first is waited for while its name is
	// resolved.
	private boolean firstIsResolving() {
		for (EndpointGroup group : this.groups) {
			if (!group.endpoints().isEmpty()) {
				return false;
			}
			if (group.isResolving()) {
				return !this.settled;
			}
		}
		return false;
	}

	void readinessChanged(Endpoint endpoint) {
		this.settled = this.settled || endpoint.isReady();
		this.groups.stream()
			.filter((group) -> group.endpoints().contains(endpoint))
			.findFirst()
			.map(EndpointGroup::state)
			.ifPresent((state) -> tellObserver(state.endpoint(), state.connected()));
		if (endpoint.isReady()) {
			leaveUnfit();
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
			cancelWake();
			List<Waiting> rest = List.copyOf(this.waiting);
			this.waiting.clear();
			rest.forEach((each) -> each.giveUp("the client is closed"));
			this.all.forEach(Endpoint::closeNow);
			this.retired.forEach(Endpoint::closeNow);
			this.retired.clear();
		});
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
			this.timeout = Endpoints.this.timer.schedule(Timer.nanos(Endpoints.this.options.connectTimeout()),
					() -> execute(this::expire));
		}

		private void connect() {
			Endpoints.this.connect(this.group);
		}

		private boolean hasEndpoint() {
			return (this.group != null) ? this.group.pick() != null : pickable();
		}

		private void ready() {
			this.timeout.cancel();
			this.waiter.endpointReady();
		}

		private void expire() {
			if (Endpoints.this.waiting.remove(this)) {
				this.waiter.unreachable(describe((this.group != null) ? this.group.name() : null));
			}
		}

		/** The call has ended; nobody needs to be told. */
		void cancel() {
			this.timeout.cancel();
			execute(() -> Endpoints.this.waiting.remove(this));
		}

		private void giveUp(String cause) {
			this.timeout.cancel();
			this.waiter.unreachable(cause);
		}

	}

}
