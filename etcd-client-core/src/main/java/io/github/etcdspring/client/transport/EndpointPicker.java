/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses among the endpoints of a client, by its strategy: which one a call uses now,
 * and which one is next after a failure.
 * <p>
 * Except for the pick itself, everything belongs to the synchronization context of
 * {@link Endpoints}.
 */
final class EndpointPicker {

	private static final Logger logger = LoggerFactory.getLogger(EndpointPicker.class);

	private final Endpoints endpoints;

	private final EndpointStrategy strategy;

	private final AtomicInteger turn = new AtomicInteger();

	private volatile @Nullable Endpoint current;

	/** Whether an endpoint was connected ever; until then the order decides. */
	private boolean settled;

	EndpointPicker(Endpoints endpoints, EndpointStrategy strategy) {
		this.endpoints = endpoints;
		this.strategy = strategy;
	}

	/**
	 * Put endpoints in the order in which they are tried. May be called on any thread.
	 * @param addresses the endpoints in the order of the application
	 * @return the same in the order of the strategy
	 */
	List<EndpointAddress> order(List<EndpointAddress> addresses) {
		List<EndpointAddress> order = new ArrayList<>(addresses);
		if (this.strategy == EndpointStrategy.SHUFFLED) {
			Collections.shuffle(order, this.endpoints.random());
		}
		return order;
	}

	private boolean takesTurns() {
		return this.strategy == EndpointStrategy.ROUND_ROBIN;
	}

	/**
	 * Return the endpoint that calls use now, unless they take turns. May be called on
	 * any thread.
	 * @return the endpoint, connected or not, or {@code null} before a name is resolved
	 */
	@Nullable Endpoint current() {
		return this.current;
	}

	/**
	 * Pick the endpoint of an attempt. May be called on any thread.
	 * @return a connected endpoint, or {@code null} if the call has to wait
	 */
	@Nullable Endpoint pick() {
		if (!takesTurns()) {
			Endpoint endpoint = this.current;
			return (endpoint != null && endpoint.isReady()) ? endpoint : null;
		}
		List<Endpoint> all = this.endpoints.all();
		int size = all.size();
		int start = (size > 1) ? (this.turn.getAndIncrement() & Integer.MAX_VALUE) % size : 0;
		if (size > 0) {
			// Nobody waits for an endpoint while others work, but its turn comes.
			all.get(start).connectIfDue();
		}
		Endpoint avoided = null;
		for (int i = 0; i < size; i++) {
			Endpoint endpoint = all.get((start + i) % size);
			if (endpoint.isReady()) {
				if (!endpoint.isAvoided()) {
					return endpoint;
				}
				avoided = (avoided != null) ? avoided : endpoint;
			}
		}
		return avoided;
	}

	/**
	 * Whether there is an endpoint to pick, without taking a turn.
	 * @return whether {@link #pick()} would find one
	 */
	boolean canPick() {
		Endpoint endpoint = this.current;
		return takesTurns() ? this.endpoints.all().stream().anyMatch(Endpoint::isReady)
				: endpoint != null && endpoint.isReady();
	}

	/**
	 * Connect what a call needs that finds nothing to pick: the first endpoint that may
	 * be had soon, or with turns all of them.
	 */
	void connect() {
		if (takesTurns()) {
			inOrder().forEach(Endpoint::connect);
			return;
		}
		if (!this.settled && this.endpoints.isFirstResolving()) {
			// The application named it first, so it is waited for.
			return;
		}
		for (Endpoint endpoint : inOrder()) {
			endpoint.connect();
			if (endpoint.isReady()) {
				moveTo(endpoint);
				return;
			}
			if (endpoint.isHopeful()) {
				return;
			}
		}
	}

	/**
	 * An attempt failed in a way that another endpoint would probably not have. However
	 * many attempts report the same connection, the client moves once.
	 * @param endpoint the attempt's endpoint
	 * @param connection the attempt's connection
	 */
	void failed(Endpoint endpoint, int connection) {
		if (endpoint.connection() == connection) {
			leave(endpoint);
		}
	}

	/**
	 * Prefer other endpoints from now on.
	 * @param endpoint the endpoint to leave
	 */
	void leave(Endpoint endpoint) {
		if (this.endpoints.isClosed()) {
			return;
		}
		endpoint.avoid();
		if (this.endpoints.all().size() > 1) {
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
		List<Endpoint> others = inOrder(this.endpoints.all().indexOf(endpoint) + 1);
		return (others.get(0) != endpoint) ? others.get(0) : others.get(1);
	}

	// Those that are known to be of no use now are the last resort.
	private List<Endpoint> inOrder(int first) {
		List<Endpoint> order = new ArrayList<>(this.endpoints.all());
		Collections.rotate(order, -first);
		order.sort(Comparator.comparing((endpoint) -> !endpoint.isFit()));
		return order;
	}

	private List<Endpoint> inOrder() {
		Endpoint endpoint = this.current;
		return inOrder((endpoint != null) ? this.endpoints.all().indexOf(endpoint) : 0);
	}

	/**
	 * Leave the endpoints whose members have no leader or do not serve. Nothing is left
	 * before there is a connected endpoint to go to.
	 */
	void leaveUnfit() {
		List<Endpoint> unfit = this.endpoints.all().stream().filter((endpoint) -> !endpoint.isFit()).toList();
		boolean occupied = unfit.stream()
			.anyMatch((endpoint) -> endpoint == this.current || endpoint.streams() > 0
					|| endpoint.failureDetector().holdsReads());
		Endpoint better = (occupied && !this.endpoints.isClosed()) ? connectFit() : null;
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
				endpoint.evacuate(complaint);
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
		if (!takesTurns()) {
			logger.debug("etcd calls go to {} now", endpoint.name());
		}
		this.current = endpoint;
	}

	/** There are other endpoints to choose from: the one in use stays, if it does. */
	void endpointsChanged() {
		List<Endpoint> all = this.endpoints.all();
		Endpoint endpoint = this.current;
		if (!all.isEmpty() && (!this.settled || endpoint == null || !all.contains(endpoint))) {
			this.current = all.get(0);
		}
	}

	/** An endpoint is connected: from now on the client stays where it is. */
	void connected() {
		this.settled = true;
		leaveUnfit();
	}

}
