/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether an attempt got as far as a connection. Only that is a proof that a server
 * never saw it: statuses and their texts are the same before and after sending, and the
 * callback for written headers comes too late for calls that end on the client's side.
 */
final class AttemptTracer extends ClientStreamTracer {

	/**
	 * One set of call options for all calls: a factory per call would cost 280 bytes
	 * each.
	 */
	static final CallOptions CALL_OPTIONS = CallOptions.DEFAULT.withStreamTracerFactory(new Factory());

	/** For a stream that belongs to no attempt, or not to the attempt alone. */
	private static final ClientStreamTracer UNCONNECTED = new ClientStreamTracer() {
	};

	private static final ThreadLocal<@Nullable AttemptTracer> starting = new ThreadLocal<>();

	private final LastHeard lastHeard;

	private volatile boolean streamCreated;

	private volatile @Nullable Status streamEnd;

	private int streams;

	AttemptTracer(LastHeard lastHeard) {
		this.lastHeard = lastHeard;
	}

	/**
	 * Return options of its own for a call that gRPC may start later and on another
	 * thread, as it does while a channel resolves its name.
	 * @return the options
	 */
	CallOptions ownCallOptions() {
		return CallOptions.DEFAULT.withStreamTracerFactory(new ClientStreamTracer.Factory() {

			@Override
			public ClientStreamTracer newClientStreamTracer(StreamInfo info, Metadata headers) {
				return (++AttemptTracer.this.streams == 1) ? AttemptTracer.this : UNCONNECTED;
			}

		});
	}

	/**
	 * Attach to the call that this thread starts now: gRPC asks for the tracer while it
	 * starts a call. If it does so later, or twice because an interceptor sends the call
	 * again, nothing is proven.
	 */
	void beforeStart() {
		starting.set(this);
	}

	static void afterStart() {
		starting.remove();
	}

	/**
	 * Whether the attempt provably reached no connection.
	 * @param end the status with which gRPC closed the call; if it is not the very one of
	 * the stream that is traced, an interceptor has sent the call again
	 * @return whether no server can have seen it
	 */
	boolean provesUnsent(Status end) {
		return this.streams == 1 && !this.streamCreated && this.streamEnd == end;
	}

	/**
	 * Whether a connection took the attempt.
	 * @return whether a stream was created for it
	 */
	boolean hasStream() {
		return this.streamCreated;
	}

	@Override
	public void streamCreated(Attributes transportAttributes, Metadata headers) {
		this.streamCreated = true;
	}

	@Override
	public void streamClosed(Status status) {
		this.streamEnd = status;
	}

	@Override
	public void inboundHeaders() {
		this.lastHeard.now();
	}

	@Override
	public void inboundTrailers(Metadata trailers) {
		this.lastHeard.now();
	}

	@Override
	public void inboundWireSize(long bytes) {
		// Also of a part of a large answer on a slow line.
		this.lastHeard.now();
	}

	private static final class Factory extends ClientStreamTracer.Factory {

		@Override
		public ClientStreamTracer newClientStreamTracer(StreamInfo info, Metadata headers) {
			AttemptTracer tracer = starting.get();
			if (tracer != null && ++tracer.streams == 1) {
				return tracer;
			}
			return UNCONNECTED;
		}

	}

}
