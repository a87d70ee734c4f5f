/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * Lets no new stream of a method through while it is closed, as if its connection had
 * broken at once.
 */
final class StreamBarrier implements ClientInterceptor {

	private final String method;

	private final AtomicInteger refused = new AtomicInteger();

	private volatile boolean closed;

	StreamBarrier(MethodDescriptor<?, ?> method) {
		this.method = method.getFullMethodName();
	}

	void close() {
		this.closed = true;
	}

	void open() {
		this.closed = false;
	}

	/**
	 * Return how many streams were not let through.
	 * @return the number
	 */
	int refused() {
		return this.refused.get();
	}

	@Override
	public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
		if (this.closed && method.getFullMethodName().equals(this.method)) {
			this.refused.incrementAndGet();
			throw Status.UNAVAILABLE.withDescription("the test lets no stream through").asRuntimeException();
		}
		return next.newCall(method, options);
	}

}
