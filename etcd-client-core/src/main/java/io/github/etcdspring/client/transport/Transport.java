/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.AuthenticateRequest;
import io.github.etcdspring.proto.AuthenticateResponse;

/**
 * The engine of a client: its endpoints, token, time and callbacks, and what sends calls
 * through them. Services are built on it. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Transport implements AutoCloseable {

	private static final long CLOSE_NANOS = TimeUnit.MILLISECONDS.toNanos(600);

	/** How long what is done last may take, and how long it may stand still. */
	private static final long LONGEST_LAST_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long LAST_SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

	private static final long LAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private static final AtomicInteger count = new AtomicInteger();

	private final TransportOptions options;

	private final Timer timer;

	private final RandomGenerator random;

	private final CallbackExecutor callbacks;

	private final Endpoints endpoints;

	private final Credentials credentials;

	private final TroubleLog troubles;

	private final @Nullable HealthMonitor health;

	/** In the order of their making, as are all sets here that are gone through. */
	private final Set<ResumableStream<?, ?>> streams = Collections.synchronizedSet(new LinkedHashSet<>());

	/** What must be told when the client closes, beside calls and streams. */
	private final Set<Runnable> dependants = Collections.synchronizedSet(new LinkedHashSet<>());

	private final AtomicBoolean closing = new AtomicBoolean();

	private final String name;

	/** Nothing more begins, and what is under way will end in a moment. */
	private volatile boolean refusing;

	private volatile boolean closed;

	Transport(TransportOptions options, Timer timer, HostResolver resolver, Random random, String name) {
		this.options = options;
		this.timer = timer;
		this.random = random;
		this.name = name;
		this.callbacks = new CallbackExecutor(options.callbackExecutor(), name + "-callback");
		this.troubles = new TroubleLog(timer);
		this.endpoints = new Endpoints(options, timer, resolver, random);
		String user = options.user();
		String password = options.password();
		this.credentials = (user != null && password != null)
				? Credentials.fetched((result) -> authenticate(user, password, result))
				: Credentials.fixed(options.authToken());
		this.health = HealthMonitor.create(this.endpoints, timer, this.callbacks, options);
	}

	/**
	 * Open a transport. Nothing is connected before the first call.
	 * @param options the settings
	 * @return the transport, which the caller closes
	 */
	public static Transport open(TransportOptions options) {
		String name = "etcd-" + count.incrementAndGet();
		TimerWheel timer = new TimerWheel(name + "-timer");
		try {
			// Ids of leases come from it, too, and they must not meet those of other
			// clients.
			return new Transport(options, timer, HostResolver.SYSTEM, new SecureRandom(), name);
		}
		catch (RuntimeException ex) {
			timer.close((task) -> {
			});
			throw ex;
		}
	}

	/**
	 * Make a call and wait for its answer.
	 * @param <R> the type of the answer
	 * @param rpc what to send
	 * @param timeout how long it may take as a whole, or {@code null} for the client's
	 * timeout
	 * @return the answer
	 * @throws EtcdException if the call fails
	 * @throws IllegalStateException on a thread of the engine, where nothing may wait
	 */
	public <R> R sync(Rpc<?, R> rpc, @Nullable Duration timeout) {
		checkMayWait("sync() would block the network thread that it waits for");
		if (Thread.currentThread().isInterrupted()) {
			throw new Failure(rpc.operation(), rpc.changes(), StatusCode.CANCELLED, Reason.INTERRUPTED,
					Outcome.NOT_APPLIED, null, 0, "the thread was interrupted before the call", OptionalLong.empty(),
					null)
				.toException();
		}
		return call(rpc, timeout, false).await();
	}

	/**
	 * Check that this thread may wait for etcd.
	 * @param hazard what would happen
	 * @throws IllegalStateException on a thread of the engine
	 */
	public static void checkMayWait(String hazard) {
		if (!mayWait()) {
			throw new IllegalStateException(
					hazard + ": use async(), or give the client a callback executor that has threads of its own");
		}
	}

	/**
	 * Whether this thread may wait for etcd.
	 * @return whether it is no thread of the engine
	 */
	public static boolean mayWait() {
		return !CallbackExecutor.isEngineThread();
	}

	/**
	 * Return how often a stream is opened again unless a request says otherwise.
	 * @return the number of attempts, -1 for any
	 */
	public int maxRetries() {
		return this.options.maxRetries();
	}

	/**
	 * Return how long a request may take unless it says otherwise.
	 * @return the client's timeout
	 */
	public Duration timeout() {
		return this.options.timeout();
	}

	/**
	 * Return how long to wait before something that failed is done again: the first time
	 * not at all, then half a second more each time, up to five seconds, jittered.
	 * @param failures how often it failed in a row, from 1
	 * @return nanoseconds
	 */
	public long pauseAfter(int failures) {
		return Pauses.later(failures, this.random);
	}

	/**
	 * Choose an id, which nobody else chooses, for all practical purposes.
	 * @return the id, positive
	 */
	public long newId() {
		return this.random.nextLong(1, Long.MAX_VALUE);
	}

	/**
	 * Tell somebody when the client is closed; at once if it is closed already. For what
	 * may wait for neither a call nor a stream then.
	 * @param dependant what is run, on the thread that closes the client
	 */
	public void attach(Runnable dependant) {
		this.dependants.add(dependant);
		if (this.closed && this.dependants.remove(dependant)) {
			dependant.run();
		}
	}

	/**
	 * Forget somebody who was to be told when the client is closed.
	 * @param dependant what was given to {@link #attach}
	 */
	public void detach(Runnable dependant) {
		this.dependants.remove(dependant);
	}

	/**
	 * Make a call.
	 * @param <R> the type of the answer
	 * @param rpc what to send
	 * @param timeout how long it may take as a whole, or {@code null} for the client's
	 * timeout
	 * @return completes on the callback executor, with the answer or an
	 * {@link EtcdException}; cancelling it takes the call off the wire
	 */
	public <R> CompletableFuture<R> async(Rpc<?, R> rpc, @Nullable Duration timeout) {
		return call(rpc, timeout, true);
	}

	private <Q, R> Call<Q, R> call(Rpc<Q, R> rpc, @Nullable Duration timeout, boolean handOver) {
		var call = new Call<>(this, rpc, Timer.nanos((timeout != null) ? timeout : this.options.timeout()), handOver);
		return (isRefusing() && !rpc.clearsUp()) ? call.startClosed() : call.start();
	}

	/**
	 * Make a stream that is kept open once it is started.
	 * @param <Q> the type of the requests
	 * @param <R> the type of the answers
	 * @param rpc the stream
	 * @param handler is told what happens to it
	 * @return the stream, which the service starts and closes
	 */
	public <Q, R> ResumableStream<Q, R> stream(StreamRpc<Q, R> rpc, StreamHandler<R> handler) {
		return new ResumableStream<>(this, rpc, handler);
	}

	void remember(ResumableStream<?, ?> stream) {
		this.streams.add(stream);
	}

	void forget(ResumableStream<?, ?> stream) {
		this.streams.remove(stream);
	}

	List<ResumableStream<?, ?>> streams() {
		return List.copyOf(this.streams);
	}

	/**
	 * Make a queue for the callbacks of one listener.
	 * @return the queue
	 */
	public SerialTasks serialTasks() {
		return new SerialTasks(this.callbacks);
	}

	/**
	 * Return what is known about the endpoints, without asking them.
	 * @return a state for each endpoint as it was configured
	 */
	public List<EndpointState> endpointStates() {
		return this.endpoints.states();
	}

	/**
	 * Check that an endpoint is one of the client's.
	 * @param endpoint the endpoint as text
	 * @return the endpoint as {@link #endpointStates()} names it
	 * @throws IllegalArgumentException if it is none of them
	 */
	public String checkEndpoint(String endpoint) {
		List<EndpointAddress> known = this.endpoints.addresses();
		for (EndpointAddress address : known) {
			if (address.toString().equals(endpoint) || address.authority().equals(endpoint)) {
				return address.toString();
			}
		}
		throw new IllegalArgumentException(
				"'endpoint' must be one of the client's " + known + " but was '" + endpoint + "'");
	}

	/**
	 * Return the endpoints as they are configured now.
	 * @return the endpoints, such as {@code http://127.0.0.1:2379}
	 */
	public List<String> endpointNames() {
		return this.endpoints.addresses().stream().map(EndpointAddress::toString).toList();
	}

	/**
	 * Use other endpoints from now on. Nothing happens once the client is closed.
	 * @param endpoints the endpoints, of the scheme that the client was built with
	 * @return the endpoints as {@link #endpointStates()} names them
	 * @throws IllegalArgumentException if there is none, one is malformed, or one has the
	 * other scheme
	 */
	public List<String> replaceEndpoints(Collection<String> endpoints) {
		boolean secure = isSecure();
		List<EndpointAddress> addresses = EndpointAddress.parseAll(endpoints, secure);
		if (addresses.get(0).secure() != secure) {
			throw new IllegalArgumentException("'endpoints' are " + addresses + " but the client was built with "
					+ (secure ? "https" : "http") + "; use the same scheme, or build another client");
		}
		if (!this.closed) {
			this.endpoints.replace(addresses);
		}
		return addresses.stream().map(EndpointAddress::toString).toList();
	}

	/**
	 * Return whether the client was built with {@code https} endpoints.
	 * @return whether it was
	 */
	public boolean isSecure() {
		return this.options.endpoints().get(0).secure();
	}

	private void authenticate(String user, String password, Credentials.Result result) {
		AuthenticateRequest request = AuthenticateRequest.newBuilder().setName(user).setPassword(password).build();
		Rpc<AuthenticateRequest, AuthenticateResponse> rpc = new Rpc<>("authenticate", AuthGrpc.getAuthenticateMethod(),
				request, 0, true, false, false, null);
		new Call<>(this, rpc, Timer.nanos(this.options.timeout()), false).start()
			.whenEnded((answer, failure) -> result.fetched((answer != null) ? answer.getToken() : null, failure));
	}

	/**
	 * Make all further calls as another user, whose tokens are fetched and refreshed.
	 * @param user the user
	 * @param password the user's password
	 * @param token the user's first token
	 */
	public void switchUser(String user, String password, String token) {
		this.credentials.switchTo((result) -> authenticate(user, password, result), token);
	}

	/**
	 * Make all further calls without a token. A user's next one is fetched when a server
	 * asks for it; one that the application gave is gone.
	 */
	public void dropToken() {
		this.credentials.drop();
	}

	TransportOptions options() {
		return this.options;
	}

	/**
	 * Return the client's source of time.
	 * @return the timer
	 */
	public Timer timer() {
		return this.timer;
	}

	RandomGenerator random() {
		return this.random;
	}

	CallbackExecutor callbacks() {
		return this.callbacks;
	}

	Endpoints endpoints() {
		return this.endpoints;
	}

	TroubleLog troubles() {
		return this.troubles;
	}

	Credentials credentials() {
		return this.credentials;
	}

	boolean isClosed() {
		return this.closed;
	}

	boolean isRefusing() {
		return this.refusing || this.closed;
	}

	/**
	 * Close when what should be done before is done, or does not get on. A thread that
	 * may not wait for etcd does not: nothing more begins then, and another thread
	 * closes.
	 * @param last what should be done before
	 * @param left how much of it is left
	 */
	public void closeAfter(CompletableFuture<?> last, IntSupplier left) {
		if (mayWait() || last.isDone()) {
			awaitLast(last, left);
			close();
			return;
		}
		this.refusing = true;
		Thread closer = new Thread(() -> {
			awaitLast(last, left);
			close();
		}, this.name + "-close");
		closer.setDaemon(true);
		try {
			closer.start();
		}
		catch (Throwable ex) {
			// Without memory for a thread nothing can be waited for.
			close();
		}
	}

	// Also on a thread that is interrupted: it does not take long, and is worth it.
	private static void awaitLast(CompletableFuture<?> last, IntSupplier left) {
		boolean interrupted = false;
		long now = System.nanoTime();
		long end = now + LONGEST_LAST_NANOS;
		long silence = 0;
		int before = left.getAsInt();
		while (!last.isDone() && now - end < 0 && silence < LAST_SILENCE_NANOS) {
			long looked = now;
			try {
				last.get(LAST_LOOK_NANOS, TimeUnit.NANOSECONDS);
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
			catch (ExecutionException | TimeoutException ex) {
				// Seen in a moment.
			}
			now = System.nanoTime();
			int rest = left.getAsInt();
			// A machine that stands still for a moment says nothing about the server.
			silence = (rest < before) ? 0 : silence + Math.min(now - looked, 2 * LAST_LOOK_NANOS);
			before = rest;
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * End every pending call and all threads, within a second. May be called from a
	 * callback, repeatedly and by several threads.
	 */
	@Override
	public void close() {
		this.closed = true;
		if (!this.closing.compareAndSet(false, true)) {
			return;
		}
		long start = System.nanoTime();
		if (this.health != null) {
			this.health.close();
		}
		this.timer.close((task) -> {
			if (task instanceof Call<?, ?> call) {
				call.closeNow();
			}
		});
		streams().forEach(ResumableStream::clientClosed);
		for (Runnable dependant : List.copyOf(this.dependants)) {
			if (this.dependants.remove(dependant)) {
				dependant.run();
			}
		}
		this.endpoints.close();
		this.callbacks.close(CLOSE_NANOS - (System.nanoTime() - start));
	}

}
