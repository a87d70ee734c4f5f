/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
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

	private static final ThreadLocal<@Nullable AttemptTracer> starting = new ThreadLocal<>();

	private volatile boolean streamCreated;

	private int streams;

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
	 * Whether the attempt provably reached no connection. Valid once gRPC has closed the
	 * call.
	 * @return whether no server can have seen it
	 */
	boolean provesUnsent() {
		return this.streams == 1 && !this.streamCreated;
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

	private static final class Factory extends ClientStreamTracer.Factory {

		@Override
		public ClientStreamTracer newClientStreamTracer(StreamInfo info, Metadata headers) {
			AttemptTracer tracer = starting.get();
			if (tracer != null && ++tracer.streams == 1) {
				return tracer;
			}
			return new AttemptTracer();
		}

	}

}
