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

/**
 * Counts the calls of one method.
 */
final class CountedCalls implements ClientInterceptor {

	private final String method;

	private final AtomicInteger count = new AtomicInteger();

	CountedCalls(MethodDescriptor<?, ?> method) {
		this.method = method.getFullMethodName();
	}

	int count() {
		return this.count.get();
	}

	@Override
	public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
		if (method.getFullMethodName().equals(this.method)) {
			this.count.incrementAndGet();
		}
		return next.newCall(method, options);
	}

}
