/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.auth.Auth;
import io.github.etcdspring.client.cache.CacheRequest;
import io.github.etcdspring.client.cache.Caches;
import io.github.etcdspring.client.cluster.Cluster;
import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.election.ElectionService;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.lease.Leases;
import io.github.etcdspring.client.lock.LockService;
import io.github.etcdspring.client.maintenance.Maintenance;
import io.github.etcdspring.client.session.SessionRequest;
import io.github.etcdspring.client.session.Sessions;
import io.github.etcdspring.client.transport.CallObserver;
import io.github.etcdspring.client.transport.ChannelCustomizer;
import io.github.etcdspring.client.transport.EndpointAddress;
import io.github.etcdspring.client.transport.EndpointState;
import io.github.etcdspring.client.transport.EndpointStrategy;
import io.github.etcdspring.client.transport.HealthListener;
import io.github.etcdspring.client.transport.TlsOptions;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.TransportOptions;
import io.github.etcdspring.client.watch.WatchRequest;
import io.github.etcdspring.client.watch.Watches;

/**
 * A client of an etcd cluster. Thread-safe; one per cluster is enough for an application.
 * Building it connects to nothing: the first call does, and waits for it no longer than
 * the connect timeout.
 * <p>
 * Every call has a deadline. A write is applied at most once, and when it fails its
 * exception says whether it may have been applied.
 *
 * @since 0.1.0
 */
public final class EtcdClient implements AutoCloseable {

	private final Transport transport;

	private final Kv kv;

	private final Watches watches;

	private final Caches caches;

	private final Leases leases;

	private final Sessions sessions;

	private final LockService lockService;

	private final ElectionService electionService;

	private final Cluster cluster;

	private final Auth auth;

	private final Maintenance maintenance;

	private EtcdClient(TransportOptions options, Namespace namespace) {
		this.transport = Transport.open(options);
		this.kv = new Kv(this.transport, namespace);
		this.watches = new Watches(this.transport, namespace);
		this.caches = new Caches(this.transport, this.kv, this.watches);
		this.leases = new Leases(this.transport, namespace);
		this.sessions = new Sessions(this.transport, this.kv, this.leases, this.watches);
		this.lockService = new LockService(this.transport, namespace);
		this.electionService = new ElectionService(this.transport, namespace);
		this.cluster = new Cluster(this.transport);
		this.auth = new Auth(this.transport);
		this.maintenance = new Maintenance(this.transport);
	}

	/**
	 * Begin a client with the default settings, for {@code http://127.0.0.1:2379}.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Return the key-value service.
	 * @return the service
	 */
	public Kv kv() {
		return this.kv;
	}

	/**
	 * Watch a range of keys: what changes in it from now on, or from a revision on.
	 * @param range the range
	 * @return the request
	 */
	public WatchRequest watch(KeyRange range) {
		return this.watches.watch(range);
	}

	/**
	 * Keep a local copy of a range of keys, up to date by a watch.
	 * @param range the range
	 * @return the request
	 */
	public CacheRequest cache(KeyRange range) {
		return this.caches.cache(range);
	}

	/**
	 * Return the lease service.
	 * @return the service
	 */
	public Leases leases() {
		return this.leases;
	}

	/**
	 * Begin a session: a lease that is kept alive, with keys, locks and leadership that
	 * live on it.
	 * @param ttl how long the session lives when nothing is heard of it, positive;
	 * rounded up to whole seconds, and the server may make it longer
	 * @return the request; the caller closes the session
	 * @throws IllegalArgumentException if the time to live is not positive
	 */
	public SessionRequest session(Duration ttl) {
		return this.sessions.session(ttl);
	}

	/**
	 * Return the service for locks that etcd keeps itself.
	 * @return the service
	 */
	public LockService lockService() {
		return this.lockService;
	}

	/**
	 * Return the service for elections that etcd runs itself.
	 * @return the service
	 */
	public ElectionService electionService() {
		return this.electionService;
	}

	/**
	 * Return the cluster service.
	 * @return the service
	 */
	public Cluster cluster() {
		return this.cluster;
	}

	/**
	 * Return the authentication service.
	 * @return the service
	 */
	public Auth auth() {
		return this.auth;
	}

	/**
	 * Return the maintenance service.
	 * @return the service
	 */
	public Maintenance maintenance() {
		return this.maintenance;
	}

	/**
	 * Return the endpoints: those that the client was built with, or that replaced them.
	 * @return the endpoints, such as {@code http://127.0.0.1:2379}
	 */
	public List<String> endpoints() {
		return this.transport.endpointNames();
	}

	/**
	 * Use other endpoints from now on. Those that are in both lists keep their
	 * connections and calls, and the endpoint in use stays in use if it stays. Calls that
	 * run on an endpoint that goes may end before its connection is closed; calls that
	 * name it fail. {@link Cluster#sync()} takes the endpoints from the cluster itself.
	 * Nothing happens once the client is closed.
	 * @param endpoints the endpoints, in the forms of
	 * {@link Builder#endpoints(String...)}; one without a scheme has that of the client
	 * @throws IllegalArgumentException if there is none, one is malformed, or one is
	 * {@code http} in a client that was built with {@code https} or the other way round;
	 * the endpoints remain as they were
	 */
	public void replaceEndpoints(Collection<String> endpoints) {
		Arguments.notNull(endpoints, "endpoints");
		this.transport.replaceEndpoints(endpoints);
	}

	/**
	 * Return what the client knows about its endpoints, without asking them.
	 * @return a state for each endpoint
	 */
	public List<EndpointState> endpointStates() {
		return this.transport.endpointStates();
	}

	/**
	 * Close the client: every pending call fails with a
	 * {@link io.github.etcdspring.client.error.ClientClosedException
	 * ClientClosedException} within a second, and no thread is left. An executor of the
	 * application stays open. May be called from a callback, by several threads, and
	 * again.
	 * <p>
	 * The leases of sessions are revoked before: as long as the server answers within 0.3
	 * seconds, and for a second at most. On a network thread, lent to a callback by an
	 * executor that runs it on the spot, nothing waits: no call begins then, and the rest
	 * happens in the background, in the same time.
	 */
	@Override
	public void close() {
		this.transport.closeAfter(this.sessions.closeAsync(), this.sessions::unrevoked);
	}

	@Override
	public String toString() {
		return "EtcdClient" + endpoints();
	}

	/**
	 * Builds an {@link EtcdClient}. Every setting is checked when it is made, those that
	 * depend on each other when the client is built. Not thread-safe; can build several
	 * clients.
	 */
	public static final class Builder {

		private static final Duration LEAST_TIMEOUT = Duration.ofSeconds(1);

		private List<String> endpoints = List.of("http://127.0.0.1:2379");

		private EndpointStrategy strategy = EndpointStrategy.FAILOVER;

		private Duration timeout = Duration.ofSeconds(30);

		private Duration connectTimeout = Duration.ofSeconds(5);

		private int maxRetries = 3;

		private boolean retryReads = true;

		private @Nullable String authToken;

		private @Nullable String user;

		private @Nullable String password;

		private Namespace namespace = Namespace.NONE;

		private @Nullable TlsOptions tls;

		private int maxInboundSize = Integer.MAX_VALUE;

		private int maxOutboundSize = 2 * 1024 * 1024;

		private Duration keepAliveTime = Duration.ofSeconds(10);

		private Duration keepAliveTimeout = Duration.ofSeconds(5);

		private @Nullable Executor callbackExecutor;

		private Duration healthInterval = Duration.ZERO;

		private @Nullable HealthListener healthListener;

		private boolean leaderCheck = true;

		private ChannelCustomizer channelCustomizer = (builder) -> {
		};

		private @Nullable CallObserver callObserver;

		private Builder() {
		}

		/**
		 * Set where the members of the cluster are. The default is
		 * {@code http://127.0.0.1:2379}.
		 * @param endpoints each {@code http://host:port}, {@code https://host:port} or
		 * {@code host:port}; the port may be left out and is 2379 then
		 * @return this builder
		 * @throws IllegalArgumentException if there is none, one is malformed, or
		 * {@code http} and {@code https} are mixed
		 */
		public Builder endpoints(String... endpoints) {
			return endpoints(Arrays.asList(Arguments.notNull(endpoints, "endpoints")));
		}

		/**
		 * Set where the members of the cluster are, as {@link #endpoints(String...)}
		 * does.
		 * @param endpoints the endpoints
		 * @return this builder
		 * @throws IllegalArgumentException if there is none, one is malformed, or
		 * {@code http} and {@code https} are mixed
		 */
		public Builder endpoints(Collection<String> endpoints) {
			try {
				EndpointAddress.parseAll(Arguments.notNull(endpoints, "endpoints"), false);
			}
			catch (IllegalArgumentException ex) {
				// Without a scheme an endpoint is what tls(...) says, which may come
				// later.
				EndpointAddress.parseAll(Arguments.notNull(endpoints, "endpoints"), true);
			}
			this.endpoints = List.copyOf(endpoints);
			return this;
		}

		/**
		 * Set which of several endpoints is used. The default is
		 * {@link EndpointStrategy#FAILOVER}.
		 * @param strategy the strategy
		 * @return this builder
		 */
		public Builder endpointStrategy(EndpointStrategy strategy) {
			this.strategy = Arguments.notNull(strategy, "endpointStrategy");
			return this;
		}

		/**
		 * Set how long a unary call may take as a whole: with its retries, pauses and
		 * authentication. The default is 30 seconds; a request can have its own.
		 * @param timeout the timeout, at least 1 second
		 * @return this builder
		 * @throws IllegalArgumentException if it is shorter
		 */
		public Builder timeout(Duration timeout) {
			if (Arguments.notNull(timeout, "timeout").compareTo(LEAST_TIMEOUT) < 0) {
				throw new IllegalArgumentException("'timeout' must be at least 1 second but was " + timeout
						+ "; a single request may have a shorter one");
			}
			this.timeout = timeout;
			return this;
		}

		/**
		 * Set how long a call waits for an endpoint that accepts it, before it fails and
		 * is known not to be applied. The default is 5 seconds.
		 * @param timeout the timeout, positive
		 * @return this builder
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder connectTimeout(Duration timeout) {
			this.connectTimeout = positive(timeout, "connectTimeout");
			return this;
		}

		/**
		 * Set how often a stream is opened again before it gives up: a watch, a keepalive
		 * or an observation. One try asks all endpoints, and a stream that works counts
		 * from 0 again. The default is 3. Unary calls are not concerned: their deadline
		 * is their limit.
		 * @param maxRetries the number of tries; 0 is none, -1 is without limit
		 * @return this builder
		 * @throws IllegalArgumentException if it is less than -1
		 */
		public Builder maxRetries(int maxRetries) {
			this.maxRetries = Arguments.maxRetries(maxRetries);
			return this;
		}

		/**
		 * Set whether reads are sent again when a member cannot be reached or runs into a
		 * timeout of its own. The default is {@code true}. Writes are sent again only if
		 * the attempt before was provably not applied, whatever this says.
		 * @param retryReads whether reads are sent again
		 * @return this builder
		 */
		public Builder retryReads(boolean retryReads) {
			this.retryReads = retryReads;
			return this;
		}

		/**
		 * Authenticate with a token that the application manages. The client never
		 * refreshes it. Not together with {@link #credentials(String, String)}.
		 * @param token the token, printable ASCII
		 * @return this builder
		 * @throws IllegalArgumentException if the token is empty or not printable ASCII
		 */
		public Builder authToken(String token) {
			if (Arguments.notNull(token, "authToken").isEmpty()
					|| !token.chars().allMatch((c) -> c >= 0x20 && c <= 0x7E)) {
				throw new IllegalArgumentException(
						"'authToken' must be printable ASCII and not empty (its value is not shown)");
			}
			this.authToken = token;
			return this;
		}

		/**
		 * Authenticate with a name and a password. The client fetches a token with the
		 * first call, and a new one when the server refuses it. Not together with
		 * {@link #authToken(String)}.
		 * @param user the name of the user, not empty
		 * @param password the password
		 * @return this builder
		 * @throws IllegalArgumentException if the name is empty
		 */
		public Builder credentials(String user, String password) {
			if (Arguments.notNull(user, "user").isEmpty()) {
				throw new IllegalArgumentException(
						"'user' must not be empty; leave the credentials out to authenticate as nobody");
			}
			this.user = user;
			this.password = Arguments.notNull(password, "password");
			return this;
		}

		/**
		 * Put a prefix in front of every key, and take it off every key that is returned.
		 * The client sees nothing outside it. The default is none.
		 * @param namespace the prefix, such as {@code /team-a}; empty for none
		 * @return this builder
		 */
		public Builder namespace(String namespace) {
			return namespace(Arguments.utf8(namespace, "namespace"));
		}

		/**
		 * Put a prefix in front of every key, as {@link #namespace(String)} does.
		 * @param namespace the prefix, empty for none
		 * @return this builder
		 */
		public Builder namespace(Bytes namespace) {
			this.namespace = Namespace.of(Arguments.notNull(namespace, "namespace"));
			return this;
		}

		/**
		 * Set how {@code https} endpoints are trusted. With it an endpoint without a
		 * scheme is {@code https}. The default is the system's trust.
		 * @param tls the options
		 * @return this builder
		 */
		public Builder tls(TlsOptions tls) {
			this.tls = Arguments.notNull(tls, "tls");
			return this;
		}

		/**
		 * Set the largest answer. The default is no limit; a limit makes a large answer
		 * fail after the request was applied.
		 * @param bytes the size in bytes, positive
		 * @return this builder
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder maxInboundSize(int bytes) {
			this.maxInboundSize = positive(bytes, "maxInboundSize");
			return this;
		}

		/**
		 * Set the largest request. The default is 2 MiB, which is what a server accepts
		 * unless it was told otherwise. A larger request fails before it is sent.
		 * @param bytes the size in bytes, positive
		 * @return this builder
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder maxOutboundSize(int bytes) {
			this.maxOutboundSize = positive(bytes, "maxOutboundSize");
			return this;
		}

		/**
		 * Set when a connection with open calls is pinged. The default is after 10 silent
		 * seconds, and 5 seconds for the answer. Without open calls nothing is sent: a
		 * server takes that for an attack. gRPC pings no more often than every 10
		 * seconds.
		 * @param time how long a connection may be silent; zero for no pings
		 * @param timeout how long the answer may take, positive
		 * @return this builder
		 * @throws IllegalArgumentException if the time is negative or the timeout is not
		 * positive
		 */
		public Builder keepAlive(Duration time, Duration timeout) {
			if (Arguments.notNull(time, "keepAlive time").isNegative()) {
				throw new IllegalArgumentException(
						"'keepAlive' time must not be negative but was " + time + "; use zero for no pings");
			}
			this.keepAliveTime = time;
			this.keepAliveTimeout = positive(timeout, "keepAlive timeout");
			return this;
		}

		/**
		 * Run callbacks and completions on an executor of the application, which stays
		 * open when the client is closed. The default is daemon threads of the client's
		 * own. With {@code Runnable::run} they run on network threads and must not block;
		 * {@code sync()} refuses to work there.
		 * @param executor the executor
		 * @return this builder
		 */
		public Builder callbackExecutor(Executor executor) {
			this.callbackExecutor = Arguments.notNull(executor, "callbackExecutor");
			return this;
		}

		/**
		 * Check the endpoint in use at regular times, without sending anything, and tell
		 * a listener when its health changes. It starts as healthy, without a call. Off
		 * by default.
		 * @param interval how often; zero for never
		 * @param listener the listener
		 * @return this builder
		 * @throws IllegalArgumentException if the interval is negative
		 */
		public Builder healthListener(Duration interval, HealthListener listener) {
			if (Arguments.notNull(interval, "healthListener interval").isNegative()) {
				throw new IllegalArgumentException(
						"'healthListener' interval must not be negative but was " + interval + "; use zero for never");
			}
			this.healthInterval = interval;
			this.healthListener = Arguments.notNull(listener, "healthListener");
			return this;
		}

		/**
		 * Set whether a member in use is asked to say by itself that it has lost its
		 * leader, or does not serve for a while: calls and streams go to another endpoint
		 * then, and do not come back before it is well. This costs one stream of gRPC's
		 * health service per endpoint in use; there is none with a single endpoint, none
		 * 30 seconds after the last call unless a watch or another stream is open, and
		 * none where a proxy does not know the service. The default is {@code true}.
		 * Without it an endpoint is left when a call or a stream fails, and a member that
		 * was cut off from the others holds linearizable reads for its own time, seven
		 * seconds by default. The stream counts as a call for the pings of
		 * {@code keepAlive}.
		 * @param leaderCheck whether members are asked
		 * @return this builder
		 */
		public Builder leaderCheck(boolean leaderCheck) {
			this.leaderCheck = leaderCheck;
			return this;
		}

		/**
		 * Customize the gRPC channels, for instance with interceptors.
		 * @param customizer the customizer
		 * @return this builder
		 */
		public Builder channelCustomizer(ChannelCustomizer customizer) {
			this.channelCustomizer = Arguments.notNull(customizer, "channelCustomizer");
			return this;
		}

		/**
		 * Observe every call, for meters.
		 * @param observer the observer
		 * @return this builder
		 */
		public Builder callObserver(CallObserver observer) {
			this.callObserver = Arguments.notNull(observer, "callObserver");
			return this;
		}

		/**
		 * Build the client. Nothing is connected yet.
		 * @return the client, which the caller closes
		 * @throws IllegalArgumentException if settings contradict each other
		 */
		public EtcdClient build() {
			if (this.authToken != null && this.user != null) {
				throw new IllegalArgumentException(
						"'authToken' and 'credentials' are both given; give a token, or a user and a password");
			}
			List<EndpointAddress> addresses = EndpointAddress.parseAll(this.endpoints, this.tls != null);
			if (this.tls != null && !addresses.get(0).secure()) {
				throw new IllegalArgumentException(
						"'tls' is given but 'endpoints' are http: " + addresses + "; write https://");
			}
			return new EtcdClient(new TransportOptions(addresses, this.strategy, this.timeout, this.connectTimeout,
					this.maxRetries, this.retryReads, this.authToken, this.user, this.password,
					(this.tls != null) ? this.tls : TlsOptions.SYSTEM, this.maxInboundSize, this.maxOutboundSize,
					this.keepAliveTime, this.keepAliveTimeout, this.callbackExecutor, this.healthInterval,
					this.healthListener, this.leaderCheck, this.channelCustomizer, this.callObserver), this.namespace);
		}

		private static int positive(int argument, String name) {
			if (argument <= 0) {
				throw new IllegalArgumentException("'" + name + "' must be positive but was " + argument);
			}
			return argument;
		}

		private static Duration positive(Duration argument, String name) {
			if (Arguments.notNull(argument, name).isZero() || argument.isNegative()) {
				throw new IllegalArgumentException("'" + name + "' must be positive but was " + argument);
			}
			return argument;
		}

	}

}
