/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.net.InetAddress;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.grpc.ChannelCredentials;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One address of a member and the connection to it. Connects when asked to, and tells
 * {@link Endpoints} of every change. Except for the fields that every call reads, its
 * state belongs to the synchronization context of {@link Endpoints}.
 */
final class Endpoint {

	private static final Logger logger = LoggerFactory.getLogger(Endpoint.class);

	private final ChannelFactory channels;

	private final String name;

	/** For unary calls; its state decides whether the endpoint is used. */
	private final ManagedChannel channel;

	/**
	 * For streams, so that a large answer does not hold up a watch. Made when it is
	 * needed.
	 */
	private @Nullable ManagedChannel streamChannel;

	private final Set<WireStream<?, ?>> streams = Collections.synchronizedSet(new LinkedHashSet<>());

	/** Counts the connections for streams that were given up. */
	private volatile int streamConnection;

	private final Endpoints owner;

	private final Timer timer;

	private volatile boolean ready;

	private volatile boolean connectedBefore;

	/** Whether anybody ever wanted it to be connected. */
	private volatile boolean dialled;

	private final LastHeard lastHeard;

	private final FailureDetector failureDetector;

	/** {@code null} if the application does not want it. */
	private final @Nullable LeaderCheck leaderCheck;

	/** Counts connections, so that a late report about an old one is told apart. */
	private volatile int connection;

	private volatile ConnectivityState state = ConnectivityState.IDLE;

	private volatile long lastConnect;

	private volatile boolean connectAsked;

	private volatile long connectAskedAt;

	private long begunAt;

	private long lastDial;

	private volatile boolean avoided;

	private volatile long avoidedUntil;

	private long renewedAt;

	private boolean toldUnreachable;

	private volatile boolean closed;

	private Endpoint(ChannelFactory channels, Endpoints owner, Timer timer, boolean checksLeader) {
		this.channels = channels;
		this.name = channels.name();
		this.channel = channels.create();
		this.owner = owner;
		this.timer = timer;
		this.lastHeard = new LastHeard(timer);
		this.leaderCheck = checksLeader ? new LeaderCheck(this, owner, timer) : null;
		this.failureDetector = new FailureDetector(this, owner, timer, this.leaderCheck);
		this.lastDial = timer.nanoTime() - Endpoints.REDIAL_NANOS;
		this.lastConnect = this.lastDial;
		this.renewedAt = this.lastDial;
		watch(ConnectivityState.IDLE);
	}

	/**
	 * Create an endpoint; nothing is connected yet.
	 * @param configured the endpoint as the application wrote it
	 * @param address the address of its name, or {@code null} if it has no name
	 * @param credentials how the server is trusted
	 * @param options the client's settings
	 * @param owner whom to tell of changes
	 * @param timer the time
	 * @return the endpoint
	 */
	static Endpoint create(EndpointAddress configured, @Nullable InetAddress address, ChannelCredentials credentials,
			TransportOptions options, Endpoints owner, Timer timer) {
		return new Endpoint(new ChannelFactory(configured, address, credentials, options), owner, timer,
				options.leaderCheck());
	}

	String name() {
		return this.name;
	}

	String configured() {
		return this.channels.configured().toString();
	}

	@Nullable InetAddress address() {
		return this.channels.address();
	}

	ManagedChannel channel() {
		return this.channel;
	}

	/**
	 * Return the channel for streams. May be called on any thread.
	 * @return the channel
	 */
	ManagedChannel streamChannel() {
		synchronized (this.channels) {
			ManagedChannel streams = this.streamChannel;
			if (streams == null) {
				streams = this.channels.create();
				this.streamChannel = streams;
				if (this.closed) {
					streams.shutdownNow();
				}
			}
			else if (streams.getState(false) == ConnectivityState.IDLE) {
				this.owner.sessions().forget();
			}
			return streams;
		}
	}

	int streamConnection() {
		return this.streamConnection;
	}

	/**
	 * Give up the connection for streams, so that new ones get another. May be called on
	 * any thread.
	 * @param connection the number of the connection; nothing happens if it was given up
	 * before
	 */
	void renewStreams(int connection) {
		synchronized (this.channels) {
			if (this.streamChannel != null && connection == this.streamConnection) {
				this.streamConnection++;
				this.streamChannel.enterIdle();
			}
		}
	}

	void opened(WireStream<?, ?> stream) {
		this.streams.add(stream);
		touch(this.timer.nanoTime());
	}

	void ended(WireStream<?, ?> stream) {
		this.streams.remove(stream);
		touch(this.timer.nanoTime());
	}

	void forEachStream(Consumer<WireStream<?, ?>> action) {
		List.copyOf(this.streams).forEach(action);
	}

	int streams() {
		return this.streams.size();
	}

	boolean isReady() {
		return this.ready && !this.closed;
	}

	boolean wasDialled() {
		return this.dialled;
	}

	int connection() {
		return this.connection;
	}

	LastHeard lastHeard() {
		return this.lastHeard;
	}

	FailureDetector failureDetector() {
		return this.failureDetector;
	}

	boolean isClosed() {
		return this.closed;
	}

	/**
	 * A call or a stream uses the endpoint. May be called on any thread.
	 * @param now the time
	 */
	void touch(long now) {
		if (this.leaderCheck != null) {
			this.leaderCheck.touch(now);
		}
	}

	boolean isInUse() {
		return this.leaderCheck != null && this.leaderCheck.isInUse();
	}

	/**
	 * Return why others are preferred although it is connected. May be called on any
	 * thread.
	 * @return what its member says, or {@code null} if nothing is known against it
	 */
	LeaderCheck.@Nullable Complaint complaint() {
		return (this.leaderCheck != null) ? this.leaderCheck.complaint() : null;
	}

	boolean isFit() {
		return complaint() == null;
	}

	/** The number of endpoints has changed. */
	void reviewUse() {
		if (this.leaderCheck != null) {
			this.leaderCheck.review();
		}
	}

	/**
	 * Whether it is time for another new connection.
	 * @return whether the last one was made long enough ago
	 */
	boolean mayRenew() {
		return this.ready && this.timer.nanoTime() - this.renewedAt >= Endpoints.REDIAL_NANOS;
	}

	boolean isSilentSince(long nanoTime) {
		return this.lastHeard.isSilentSince(nanoTime);
	}

	boolean hasFailed() {
		return this.state == ConnectivityState.TRANSIENT_FAILURE;
	}

	/**
	 * Connect, unless it is connected or being connected.
	 */
	void connect() {
		if (this.ready || this.closed) {
			return;
		}
		this.dialled = true;
		long now = this.timer.nanoTime();
		if (!this.connectAsked) {
			this.connectAsked = true;
			this.connectAskedAt = now;
			this.begunAt = now;
			this.owner.sessions().forget();
		}
		if (now - this.begunAt >= Endpoints.GIVE_UP_NANOS) {
			// Plain TCP waits for ever for a peer that accepts it and then says nothing.
			this.begunAt = now;
			this.channel.enterIdle();
		}
		else if (hasFailed() && now - this.lastDial >= Endpoints.REDIAL_NANOS) {
			this.lastDial = now;
			this.owner.sessions().forget();
			this.channel.resetConnectBackoff();
		}
		this.channel.getState(true);
	}

	/**
	 * Connect again if the connection is gone, at most once per redial interval. May be
	 * called on any thread.
	 */
	void connectIfDue() {
		if (!this.ready) {
			long now = this.timer.nanoTime();
			if (now - this.lastConnect >= Endpoints.REDIAL_NANOS) {
				this.lastConnect = now;
				this.owner.execute(this::connect);
			}
		}
	}

	/**
	 * Whether it is worth waiting for this endpoint rather than trying the next one.
	 * @return whether it is being connected and has not taken long
	 */
	boolean isHopeful() {
		return this.connectAsked && !hasFailed()
				&& this.timer.nanoTime() - this.connectAskedAt < Endpoints.PATIENCE_NANOS;
	}

	long connectAskedAt() {
		return this.connectAskedAt;
	}

	/** Prefer other endpoints for a while. */
	void avoid() {
		this.avoidedUntil = this.timer.nanoTime() + Endpoints.REDIAL_NANOS;
		this.avoided = true;
	}

	boolean isAvoided() {
		return !isFit() || (this.avoided && this.timer.nanoTime() - this.avoidedUntil < 0);
	}

	/**
	 * Give up the connection and make a new one for later calls. Calls that were sent
	 * stay on the old one.
	 */
	void renew() {
		if (this.closed) {
			return;
		}
		this.renewedAt = this.timer.nanoTime();
		this.connection++;
		this.connectAsked = false;
		this.channel.enterIdle();
		notReady();
	}

	private void notReady() {
		if (this.ready) {
			this.ready = false;
			readinessChanged();
		}
	}

	private void readinessChanged() {
		this.failureDetector.forgetHeldReads();
		if (this.leaderCheck != null) {
			this.leaderCheck.connectionChanged();
		}
		this.owner.readinessChanged(this);
	}

	/** The connection does not answer any more. */
	void connectionDied() {
		logger.warn("etcd endpoint {} does not answer; its connection is given up", this.name);
		renew();
		this.owner.picker().leave(this);
		forEachStream(WireStream::suspect);
	}

	/**
	 * There is another endpoint to go to.
	 * @param complaint what is wrong with this one
	 */
	void evacuate(LeaderCheck.Complaint complaint) {
		forEachStream((stream) -> stream.failOver(complaint));
		if (complaint == LeaderCheck.Complaint.NO_LEADER) {
			this.failureDetector.releaseHeldReads();
		}
	}

	private void watch(ConnectivityState last) {
		this.channel.notifyWhenStateChanged(last, () -> {
			ConnectivityState now = this.channel.getState(false);
			this.owner.execute(() -> changed(now));
			if (now != ConnectivityState.SHUTDOWN) {
				watch(now);
			}
		});
	}

	private void changed(ConnectivityState now) {
		ConnectivityState before = this.state;
		this.state = now;
		boolean wasReady = this.ready;
		this.ready = now == ConnectivityState.READY && !this.closed;
		if (this.ready && !wasReady) {
			this.connection++;
			this.connectedBefore = true;
			this.connectAsked = false;
			this.lastHeard.now();
			this.toldUnreachable = false;
			logger.info("etcd endpoint {} is connected", this.name);
			redialForStreams();
		}
		else if (now == ConnectivityState.TRANSIENT_FAILURE && before != now) {
			this.lastDial = this.timer.nanoTime();
			if (!this.toldUnreachable) {
				// Not again each time it is dialled.
				this.toldUnreachable = true;
				logger.warn("etcd endpoint {} cannot be reached: {}", this.name, failure());
			}
		}
		else if (wasReady && !this.closed) {
			logger.info("etcd endpoint {} is no longer connected", this.name);
		}
		if (wasReady != this.ready) {
			readinessChanged();
		}
		this.owner.queue().drive();
	}

	// TCP repeats what nobody has answered ever more rarely, and gRPC says that it has
	// failed while it dials again: what was begun before may take long to find anybody.
	private void redialForStreams() {
		synchronized (this.channels) {
			if (this.streamChannel != null && this.streamChannel.getState(false) != ConnectivityState.READY) {
				this.streamChannel.enterIdle();
			}
		}
	}

	/**
	 * Say why the endpoint accepts no calls.
	 * @return the cause in words
	 */
	String failure() {
		if (hasFailed()) {
			String cause = LivenessProbe.failureOf(this.channel);
			if (cause != null) {
				return ConnectFailure.explain(cause, this.channels.configured().secure(), this.connectedBefore);
			}
		}
		if (this.ready) {
			LeaderCheck.Complaint complaint = complaint();
			return (complaint != null) ? "connected, but it " + complaint.text() : "connected";
		}
		long millis = TimeUnit.NANOSECONDS.toMillis(this.timer.nanoTime() - this.connectAskedAt);
		return this.connectAsked ? "no connection after " + millis + " ms" : "not connected";
	}

	/** Take no more calls and streams. May be called on any thread. */
	void dismiss() {
		this.closed = true;
	}

	/** Let calls end; streams have to go elsewhere. */
	void close() {
		this.closed = true;
		notReady();
		closeStreams();
		this.owner.retire(this);
	}

	/** Take no more calls; those that run may end. */
	void shutDown() {
		this.channel.shutdown();
	}

	void closeNow() {
		this.closed = true;
		notReady();
		this.channel.shutdownNow();
		closeStreams();
	}

	private void closeStreams() {
		synchronized (this.channels) {
			if (this.streamChannel != null) {
				this.streamChannel.shutdownNow();
			}
		}
	}

}
