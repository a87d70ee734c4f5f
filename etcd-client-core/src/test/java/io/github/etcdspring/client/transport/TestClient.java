/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.cluster.Cluster;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.lease.Leases;
import io.github.etcdspring.client.maintenance.Maintenance;

/**
 * A whole client on an engine whose time, names and chance a test can choose.
 */
public final class TestClient implements AutoCloseable {

	private static final AtomicInteger count = new AtomicInteger();

	private final Transport transport;

	private final Kv kv;

	private final Leases leases;

	private final Cluster cluster;

	private final Maintenance maintenance;

	private final String name;

	private TestClient(Transport transport, String name) {
		this.transport = transport;
		this.kv = new Kv(transport, Namespace.NONE);
		this.leases = new Leases(transport, Namespace.of("/ns/"));
		this.cluster = new Cluster(transport);
		this.maintenance = new Maintenance(transport);
		this.name = name;
	}

	public static Settings of(String... endpoints) {
		return new Settings(List.of(endpoints));
	}

	public Transport transport() {
		return this.transport;
	}

	public Kv kv() {
		return this.kv;
	}

	/**
	 * Return the lease service, in the namespace {@code /ns/}.
	 * @return the service
	 */
	public Leases leases() {
		return this.leases;
	}

	public Cluster cluster() {
		return this.cluster;
	}

	public Maintenance maintenance() {
		return this.maintenance;
	}

	/**
	 * Say for each endpoint why it accepts no calls, or is not preferred.
	 * @return the causes in words
	 */
	public String describeEndpoints() {
		return this.transport.endpoints().describe(null);
	}

	/**
	 * Wait until everything has been done that was begun so far, about the endpoints and
	 * about the streams. To be called before time is moved by hand.
	 */
	public void settle() {
		settle(this.transport.endpoints()::execute);
		this.transport.streams().forEach((stream) -> settle(stream::execute));
	}

	private static void settle(Executor context) {
		CompletableFuture<Void> done = new CompletableFuture<>();
		context.execute(() -> done.complete(null));
		done.orTimeout(20, TimeUnit.SECONDS).join();
	}

	/**
	 * Return how many streams there are to the servers now.
	 * @return the number
	 */
	public int openStreams() {
		return this.transport.endpoints().all().stream().mapToInt(Endpoint::streams).sum();
	}

	/**
	 * Return how many threads of this client there are.
	 * @return the number
	 */
	public long threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(this.name + "-"))
			.count();
	}

	@Override
	public void close() {
		this.transport.close();
	}

	/**
	 * The settings of a client, with the defaults of the product unless they are long.
	 */
	public static final class Settings {

		private final List<String> endpoints;

		private EndpointStrategy strategy = EndpointStrategy.FAILOVER;

		private Duration timeout = Duration.ofSeconds(20);

		private Duration connectTimeout = Duration.ofSeconds(5);

		private int maxRetries = 3;

		private boolean retryReads = true;

		private @Nullable String authToken;

		private @Nullable String user;

		private @Nullable String password;

		private int maxInboundSize = Integer.MAX_VALUE;

		private int maxOutboundSize = 2 * 1024 * 1024;

		private @Nullable Executor callbackExecutor;

		private Duration healthInterval = Duration.ZERO;

		private @Nullable HealthListener healthListener;

		private boolean leaderCheck;

		private ChannelCustomizer channelCustomizer = (builder) -> {
		};

		private @Nullable CallObserver callObserver;

		private @Nullable Timer timer;

		private HostResolver resolver = HostResolver.SYSTEM;

		private TlsOptions tls = TlsOptions.SYSTEM;

		private Random random = new Random(1);

		private Settings(List<String> endpoints) {
			this.endpoints = endpoints;
		}

		public Settings strategy(EndpointStrategy strategy) {
			this.strategy = strategy;
			return this;
		}

		public Settings timeout(Duration timeout) {
			this.timeout = timeout;
			return this;
		}

		public Settings connectTimeout(Duration connectTimeout) {
			this.connectTimeout = connectTimeout;
			return this;
		}

		public Settings maxRetries(int maxRetries) {
			this.maxRetries = maxRetries;
			return this;
		}

		public Settings retryReads(boolean retryReads) {
			this.retryReads = retryReads;
			return this;
		}

		public Settings authToken(String authToken) {
			this.authToken = authToken;
			return this;
		}

		public Settings credentials(String user, String password) {
			this.user = user;
			this.password = password;
			return this;
		}

		public Settings maxInboundSize(int maxInboundSize) {
			this.maxInboundSize = maxInboundSize;
			return this;
		}

		public Settings maxOutboundSize(int maxOutboundSize) {
			this.maxOutboundSize = maxOutboundSize;
			return this;
		}

		public Settings callbackExecutor(Executor callbackExecutor) {
			this.callbackExecutor = callbackExecutor;
			return this;
		}

		public Settings healthListener(Duration interval, HealthListener listener) {
			this.healthInterval = interval;
			this.healthListener = listener;
			return this;
		}

		/**
		 * Ask members whether they have a leader; without this they are not asked,
		 * because most tests count what members see, and what waits for its time.
		 * @return these settings
		 */
		public Settings leaderCheck() {
			this.leaderCheck = true;
			return this;
		}

		public Settings channelCustomizer(ChannelCustomizer channelCustomizer) {
			this.channelCustomizer = channelCustomizer;
			return this;
		}

		public Settings callObserver(CallObserver callObserver) {
			this.callObserver = callObserver;
			return this;
		}

		public Settings timer(Timer timer) {
			this.timer = timer;
			return this;
		}

		Settings resolver(HostResolver resolver) {
			this.resolver = resolver;
			return this;
		}

		public Settings tls(TlsOptions tls) {
			this.tls = tls;
			return this;
		}

		public Settings random(Random random) {
			this.random = random;
			return this;
		}

		TransportOptions options() {
			return new TransportOptions(EndpointAddress.parseAll(this.endpoints, false), this.strategy, this.timeout,
					this.connectTimeout, this.maxRetries, this.retryReads, this.authToken, this.user, this.password,
					this.tls, this.maxInboundSize, this.maxOutboundSize, Duration.ofSeconds(10), Duration.ofSeconds(5),
					this.callbackExecutor, this.healthInterval, this.healthListener, this.leaderCheck,
					this.channelCustomizer, this.callObserver);
		}

		public TestClient open() {
			String name = "etcd-test-" + count.incrementAndGet();
			Timer time = (this.timer != null) ? this.timer : new TimerWheel(name + "-timer");
			return new TestClient(new Transport(options(), time, this.resolver, this.random, name), name);
		}

	}

}
