/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.election;

import java.util.concurrent.TimeUnit;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.ResumableStream;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.StreamHandler;
import io.github.etcdspring.client.transport.StreamRpc;
import io.github.etcdspring.client.transport.Timer;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.proto.LeaderRequest;

/**
 * The stream of one observation.
 */
final class LeaderStream implements StreamHandler<LeaderResult> {

	/**
	 * A server says nothing while nobody leads, but tells its failures sooner than this.
	 */
	private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final Transport transport;

	private final LeaderRequest message;

	private final MethodDescriptor<LeaderRequest, LeaderResult> leader;

	private final int maxRetries;

	private final LeaderNews news;

	private final ResumableStream<LeaderRequest, LeaderResult> stream;

	/** The newest leader that came, on whatever connection. */
	private @Nullable KeyValue last;

	private boolean connected;

	/** Whether a call is to find out why the server ended the stream. */
	private boolean asking;

	private Timer.@Nullable Timeout quiet;

	private boolean ended;

	LeaderStream(Transport transport, MethodDescriptor<LeaderRequest, LeaderResult> observe,
			MethodDescriptor<LeaderRequest, LeaderResult> leader, LeaderRequest message, int maxRetries,
			LeaderListener listener) {
		this.transport = transport;
		this.message = message;
		this.leader = leader;
		this.maxRetries = maxRetries;
		this.news = new LeaderNews(listener, transport.serialTasks());
		this.stream = transport.stream(StreamRpc.endless("observe", observe), this);
	}

	void start() {
		this.stream.start();
	}

	/** The application has closed the observation. May be called on any thread. */
	void close() {
		this.news.drop();
		this.stream.execute(() -> end(null));
	}

	@Override
	public void opened() {
		this.stream.send(this.message);
		this.stream.halfClose();
		stopWaiting();
		this.quiet = this.stream.schedule(QUIET_NANOS, this::works);
	}

	private void works() {
		stopWaiting();
		if (this.ended) {
			return;
		}
		this.stream.works();
		if (!this.connected) {
			this.connected = true;
			this.news.connected();
		}
	}

	private void stopWaiting() {
		if (this.quiet != null) {
			this.quiet.cancel();
			this.quiet = null;
		}
	}

	@Override
	public void received(LeaderResult answer) {
		works();
		KeyValue now = answer.keyValue();
		KeyValue before = this.last;
		// Each connection begins with the leader of that time.
		if (before == null || before.modRevision() != now.modRevision() || !before.key().equals(now.key())) {
			this.last = now;
			this.news.leads(now);
		}
	}

	@Override
	public void disconnected(Failure failure, int attempts) {
		stopWaiting();
		if (this.maxRetries >= 0 && attempts > this.maxRetries) {
			end(failure);
			return;
		}
		if (this.connected) {
			this.connected = false;
			this.news.disconnected(failure.toException());
		}
		if (failure.reason() != Reason.UNREACHABLE && !this.asking) {
			askWhy();
		}
	}

	// Whatever goes wrong in it, the server says only that it has ended, if at all. A
	// call
	// is told the cause, and gets a new token if it is that.
	private void askWhy() {
		this.asking = true;
		this.transport.async(Rpc.generatedRead("observe", this.leader, this.message, true), null)
			.whenComplete((answer, ex) -> this.stream.execute(() -> {
				this.asking = false;
				if (ex instanceof EtcdException failure && isTheEnd(failure)) {
					endWith(failure);
				}
			}));
	}

	private boolean isTheEnd(EtcdException failure) {
		if (failure instanceof AuthenticationException) {
			// The next token may be accepted.
			boolean another = failure.reason().isTokenRefused() && this.stream.replacesTokens();
			return this.maxRetries >= 0 || !another;
		}
		return failure instanceof PermissionDeniedException;
	}

	@Override
	public void ended(Failure failure) {
		end(failure);
	}

	private void end(@Nullable Failure failure) {
		if (failure != null && failure.reason() == Reason.CLOSED) {
			this.news.drop();
		}
		endWith((failure != null) ? failure.toException() : null);
	}

	private void endWith(@Nullable EtcdException cause) {
		if (!this.ended) {
			this.ended = true;
			stopWaiting();
			this.stream.close();
			this.news.ended(cause);
		}
	}

}
