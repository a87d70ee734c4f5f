/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import io.grpc.ChannelCredentials;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the application wrote as one endpoint: one endpoint per address of its name. The
 * name is resolved when it is first needed, and again when none of its addresses can be
 * reached. Belongs to the synchronization context of {@link Endpoints}.
 */
final class EndpointGroup {

	private static final Logger logger = LoggerFactory.getLogger(EndpointGroup.class);

	private final EndpointAddress configured;

	private final ChannelCredentials credentials;

	private final TransportOptions options;

	private final Endpoints owner;

	private final Timer timer;

	private final HostResolver resolver;

	private volatile List<Endpoint> endpoints = List.of();

	private boolean resolving;

	private long resolvingSince;

	private boolean resolved;

	private long resolvedAt;

	private volatile @Nullable String failure;

	private boolean closed;

	EndpointGroup(EndpointAddress configured, ChannelCredentials credentials, TransportOptions options, Endpoints owner,
			Timer timer, HostResolver resolver) {
		this.configured = configured;
		this.credentials = credentials;
		this.options = options;
		this.owner = owner;
		this.timer = timer;
		this.resolver = resolver;
		if (HostResolver.isAddress(configured.host())) {
			this.endpoints = List.of(Endpoint.create(configured, null, credentials, options, owner, timer));
			this.resolved = true;
		}
	}

	String name() {
		return this.configured.toString();
	}

	EndpointAddress configured() {
		return this.configured;
	}

	List<Endpoint> endpoints() {
		return this.endpoints;
	}

	EndpointState state() {
		List<Endpoint> now = this.endpoints;
		return new EndpointState(name(), now.stream().anyMatch(Endpoint::wasDialled),
				now.stream().anyMatch(Endpoint::isReady));
	}

	/**
	 * Whether its endpoints will probably be known shortly.
	 * @return whether the name is being resolved, and not for long
	 */
	boolean isResolving() {
		return this.resolving && this.timer.nanoTime() - this.resolvingSince < Endpoints.PATIENCE_NANOS;
	}

	@Nullable Endpoint pick() {
		for (Endpoint endpoint : this.endpoints) {
			if (endpoint.isReady()) {
				return endpoint;
			}
		}
		return null;
	}

	/**
	 * Whether the name has no address, as far as is known.
	 * @return whether it was asked for and there was none
	 */
	boolean isNowhere() {
		return this.endpoints.isEmpty() && this.failure != null;
	}

	void connect() {
		refresh();
		this.endpoints.forEach(Endpoint::connect);
	}

	/**
	 * Resolve the name if that has not been done, or if its addresses no longer help.
	 */
	void refresh() {
		if (this.resolving || HostResolver.isAddress(this.configured.host())) {
			return;
		}
		boolean helpless = this.endpoints.stream()
			.allMatch((endpoint) -> endpoint.wasDialled() && !endpoint.isReady() && !endpoint.isHopeful());
		boolean recent = this.resolved && this.timer.nanoTime() - this.resolvedAt < Endpoints.REDIAL_NANOS;
		if (!helpless || recent) {
			return;
		}
		this.resolving = true;
		this.resolvingSince = this.timer.nanoTime();
		// Resolving blocks, without a bound that we could set.
		Thread thread = new Thread(this::resolve, "etcd-resolve-" + this.configured.host());
		thread.setDaemon(true);
		try {
			thread.start();
		}
		catch (Throwable ex) {
			// No thread to be had now; the next one who waits asks again.
			this.resolving = false;
			throw ex;
		}
	}

	private void resolve() {
		List<InetAddress> addresses = List.of();
		String cause = null;
		try {
			addresses = this.resolver.resolve(this.configured.host());
		}
		catch (UnknownHostException ex) {
			cause = "the host name " + this.configured.host() + " has no address";
		}
		catch (Throwable ex) {
			// Whatever it is, the name is asked for again.
			cause = "the host name " + this.configured.host() + " could not be resolved: " + ex.getMessage();
		}
		List<InetAddress> found = addresses;
		String failed = cause;
		this.owner.execute(() -> resolved(found, failed));
	}

	private void resolved(List<InetAddress> addresses, @Nullable String cause) {
		this.resolving = false;
		this.resolved = true;
		this.resolvedAt = this.timer.nanoTime();
		if (cause != null && this.failure == null) {
			logger.warn("etcd endpoint {} cannot be reached: {}", this.configured, cause);
		}
		this.failure = cause;
		if (!this.owner.isClosed() && !this.closed && !addresses.isEmpty()) {
			replace(addresses);
		}
		this.owner.queue().drive();
	}

	private void replace(List<InetAddress> addresses) {
		List<Endpoint> before = this.endpoints;
		try {
			this.endpoints = addresses.stream().distinct().map(this::endpointFor).toList();
		}
		catch (RuntimeException ex) {
			// The application's channel customizer.
			logger.error("The channel to etcd endpoint {} could not be made", this.configured, ex);
			this.failure = "the channel could not be made: " + ex;
			return;
		}
		this.owner.rebuild();
		before.stream().filter((endpoint) -> !this.endpoints.contains(endpoint)).forEach(Endpoint::close);
	}

	private Endpoint endpointFor(InetAddress address) {
		for (Endpoint endpoint : this.endpoints) {
			if (address.equals(endpoint.address())) {
				return endpoint;
			}
		}
		return Endpoint.create(this.configured, address, this.credentials, this.options, this.owner, this.timer);
	}

	/**
	 * From this moment on nothing more goes here, whenever the client gets to the rest.
	 * May be called on any thread.
	 */
	void dismiss() {
		this.endpoints.forEach(Endpoint::dismiss);
	}

	/**
	 * The application no longer wants it: calls that run may end, others go elsewhere.
	 */
	void close() {
		this.closed = true;
		this.endpoints.forEach(Endpoint::close);
	}

	/**
	 * Say for each address why it accepts no calls.
	 * @param causes where to add the causes
	 */
	void describe(List<String> causes) {
		if (this.endpoints.isEmpty()) {
			String known = this.failure;
			causes.add(this.configured + ": "
					+ ((known != null) ? known : "the host name " + this.configured.host() + " is not resolved yet"));
		}
		for (Endpoint endpoint : new ArrayList<>(this.endpoints)) {
			causes.add(endpoint.name() + ": " + endpoint.failure());
		}
	}

}
