/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.scripted;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Reason;

/**
 * One call or stream as a {@link ScriptedEtcd} sees it: what the client sent, and what
 * can be done to it, by a script or by the test.
 * <p>
 * What is sent after the call has ended is dropped, as on a real connection. Methods that
 * wait do so for 10 seconds unless told otherwise, and throw an {@link AssertionError}
 * that says what came instead. Thread-safe.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the answers
 * @since 0.1.0
 */
public final class ScriptedCall<Q, R> {

	private static final Duration FOR_EVER = Duration.ofDays(1000);

	private final int number;

	private final ServerCall<Q, R> call;

	private final Metadata metadata;

	private final Monitor monitor;

	private final Headers headers;

	private final Connections.@Nullable Connection connection;

	private final List<Q> requests = new ArrayList<>();

	private boolean headersSent;

	private boolean halfClosed;

	private boolean cancelled;

	/** How it ended. */
	private @Nullable String end;

	ScriptedCall(int number, ServerCall<Q, R> call, Metadata metadata, Monitor monitor, Headers headers,
			Connections.@Nullable Connection connection) {
		this.number = number;
		this.call = call;
		this.metadata = metadata;
		this.monitor = monitor;
		this.headers = headers;
		this.connection = connection;
	}

	/**
	 * Return the place among the calls of the same method, which for a stream is the
	 * number of the stream.
	 * @return the number, from 1
	 */
	public int number() {
		return this.number;
	}

	/**
	 * Return the connection that the call came on.
	 * @return the number of the connection to the server, from 1; 0 if the connection was
	 * gone before the call was looked at
	 */
	public int connection() {
		return (this.connection != null) ? this.connection.number() : 0;
	}

	/**
	 * Return a value of the call's metadata.
	 * @param name the name, such as {@code hasleader}
	 * @return the value, the last one if there are several; {@code null} if there is none
	 */
	public @Nullable String metadata(String name) {
		return this.metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
	}

	/**
	 * Return the token of the caller.
	 * @return the token, {@code null} if the call has none
	 */
	public @Nullable String token() {
		return metadata("token");
	}

	/**
	 * Whether the caller asks to be refused by a member that knows no leader.
	 * @return {@code true} if the metadata has {@code hasleader}
	 */
	public boolean requiresLeader() {
		return "true".equals(metadata("hasleader"));
	}

	/**
	 * Wait for the first request.
	 * @return the request
	 * @throws AssertionError if it does not come in 10 seconds, or can't come any more
	 */
	public Q request() {
		return request(1);
	}

	/**
	 * Wait for a request.
	 * @param number the number of the request in this call, from 1
	 * @return the request
	 * @throws AssertionError if it does not come in 10 seconds, or can't come any more
	 */
	public Q request(int number) {
		return request(number, Monitor.PATIENCE);
	}

	/**
	 * Wait for a request.
	 * @param number the number of the request in this call, from 1
	 * @param timeout for how long
	 * @return the request
	 * @throws AssertionError if it does not come in time, or can't come any more
	 */
	public Q request(int number, Duration timeout) {
		if (number < 1) {
			throw new IllegalArgumentException("'number' must be at least 1 but was " + number);
		}
		return this.monitor.await(timeout, () -> {
			if (this.requests.size() >= number) {
				return this.requests.get(number - 1);
			}
			if (this.end != null || this.halfClosed) {
				throw new CallOverError("there will be no request " + number + " in " + this);
			}
			return null;
		}, () -> "no request " + number + " in " + this);
	}

	/**
	 * Wait for a request for as long as it may come.
	 * @param number the number of the request, from 1
	 * @return the request, {@code null} if the client has said that there is none
	 */
	@Nullable Q nextRequest(int number) {
		this.monitor.await(FOR_EVER, () -> {
			if (this.requests.size() >= number || this.halfClosed) {
				return true;
			}
			if (this.end != null) {
				throw new CallOverError("there will be no request " + number + " in " + this);
			}
			return null;
		}, () -> "no request " + number + " in " + this);
		synchronized (this.monitor) {
			return (this.requests.size() >= number) ? this.requests.get(number - 1) : null;
		}
	}

	/**
	 * Return the requests so far.
	 * @return the requests in their order
	 */
	public List<Q> requests() {
		synchronized (this.monitor) {
			return List.copyOf(this.requests);
		}
	}

	/**
	 * Send an answer. If it has a header, what that leaves at 0 is
	 * {@linkplain ScriptedEtcd#header filled in}.
	 * @param answer the answer
	 */
	public void send(R answer) {
		Objects.requireNonNull(answer, "'answer' must not be null");
		synchronized (this.monitor) {
			if (this.end == null) {
				sendHeaders();
				this.call.sendMessage(this.headers.complete(answer));
			}
		}
	}

	private void sendHeaders() {
		if (!this.headersSent) {
			this.headersSent = true;
			this.call.sendHeaders(new Metadata());
		}
	}

	/**
	 * End the call with the status OK.
	 */
	public void complete() {
		end(Status.OK, "completed");
	}

	/**
	 * End the call with an error.
	 * @param status the status, with the text that etcd would send
	 * @throws IllegalArgumentException if the status is OK
	 */
	public void fail(Status status) {
		end(Answers.checkFailure(status), "failed with " + status.getCode());
	}

	/**
	 * End the call with one of etcd's errors.
	 * @param code the code that etcd sends with it, which for some errors depends on the
	 * version
	 * @param reason the reason, which says the text
	 * @throws IllegalArgumentException if the code is OK, or etcd has no text for the
	 * reason
	 */
	public void fail(Status.Code code, Reason reason) {
		fail(Answers.status(code, reason));
	}

	private void end(Status status, String how) {
		synchronized (this.monitor) {
			if (this.end == null) {
				if (status.isOk()) {
					sendHeaders();
				}
				this.end = how;
				this.call.close(status, new Metadata());
				this.monitor.changed();
			}
		}
	}

	/**
	 * Close the connection of the call, with everything that is on it, after what was
	 * sent and without a word. The client sees a connection that broke. Also possible
	 * after the end of the call.
	 */
	public void dropConnection() {
		synchronized (this.monitor) {
			if (this.end == null) {
				this.end = "dropped with its connection";
				this.monitor.changed();
			}
			if (this.connection != null) {
				this.connection.drop();
			}
		}
	}

	/**
	 * Whether the client has cancelled the call, or its connection is gone. That is not
	 * so for a call that has been answered, or was dropped by the server.
	 * @return {@code true} if the call was cancelled
	 */
	public boolean isCancelled() {
		synchronized (this.monitor) {
			return this.cancelled;
		}
	}

	/**
	 * Whether the client has said that it sends no more requests.
	 * @return {@code true} if it sends no more
	 */
	public boolean isHalfClosed() {
		synchronized (this.monitor) {
			return this.halfClosed;
		}
	}

	/**
	 * Wait until the client cancels the call, or its connection is gone.
	 * @throws AssertionError if that does not happen in 10 seconds, or can't any more
	 */
	public void awaitCancelled() {
		awaitCancelled(Monitor.PATIENCE);
	}

	/**
	 * Wait until the client cancels the call, or its connection is gone.
	 * @param timeout for how long
	 * @throws AssertionError if that does not happen in time, or can't any more
	 */
	public void awaitCancelled(Duration timeout) {
		this.monitor.await(timeout, () -> {
			if (this.end != null && !this.cancelled) {
				throw new CallOverError("it will not be cancelled: " + this);
			}
			return this.cancelled ? true : null;
		}, () -> "not cancelled: " + this);
	}

	/**
	 * Wait until the client says that it sends no more requests.
	 * @throws AssertionError if that does not happen in 10 seconds, or can't any more
	 */
	public void awaitHalfClosed() {
		awaitHalfClosed(Monitor.PATIENCE);
	}

	/**
	 * Wait until the client says that it sends no more requests.
	 * @param timeout for how long
	 * @throws AssertionError if that does not happen in time, or can't any more
	 */
	public void awaitHalfClosed(Duration timeout) {
		this.monitor.await(timeout, () -> {
			if (this.end != null && !this.halfClosed) {
				throw new CallOverError("it will not be half-closed: " + this);
			}
			return this.halfClosed ? true : null;
		}, () -> "not half-closed: " + this);
	}

	boolean isOver() {
		synchronized (this.monitor) {
			return this.end != null;
		}
	}

	boolean hasOneRequest() {
		return this.call.getMethodDescriptor().getType().clientSendsOneMessage();
	}

	ServerCall.Listener<Q> listener() {
		return new Listener();
	}

	/**
	 * Say which call this is, and how it is. No request is shown, because a request may
	 * hold a password.
	 */
	@Override
	public String toString() {
		synchronized (this.monitor) {
			return this.call.getMethodDescriptor().getFullMethodName() + " #" + this.number + " (requests: "
					+ this.requests.size() + (this.halfClosed ? " and no more" : "") + ", "
					+ ((this.end != null) ? this.end : "open") + ")";
		}
	}

	private final class Listener extends ServerCall.Listener<Q> {

		@Override
		public void onMessage(Q request) {
			synchronized (ScriptedCall.this.monitor) {
				ScriptedCall.this.requests.add(request);
				ScriptedCall.this.monitor.changed();
			}
			ScriptedCall.this.call.request(1);
		}

		@Override
		public void onHalfClose() {
			synchronized (ScriptedCall.this.monitor) {
				ScriptedCall.this.halfClosed = true;
				ScriptedCall.this.monitor.changed();
			}
		}

		@Override
		public void onCancel() {
			synchronized (ScriptedCall.this.monitor) {
				if (ScriptedCall.this.end == null) {
					ScriptedCall.this.end = "cancelled";
					ScriptedCall.this.cancelled = true;
					ScriptedCall.this.monitor.changed();
				}
			}
		}

	}

}
