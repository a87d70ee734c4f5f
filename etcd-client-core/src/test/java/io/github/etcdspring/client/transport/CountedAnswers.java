/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;

/**
 * Counts how many answers of one method were asked for.
 */
public final class CountedAnswers implements ClientInterceptor {

	private final String method;

	private final AtomicInteger requested = new AtomicInteger();

	public CountedAnswers(String method) {
		this.method = method;
	}

	public int requested() {
		return this.requested.get();
	}

	@Override
	public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
		ClientCall<Q, R> call = next.newCall(method, options);
		return !method.getFullMethodName().equals(this.method) ? call : new SimpleForwardingClientCall<>(call) {

			@Override
			public void request(int answers) {
				CountedAnswers.this.requested.addAndGet(answers);
				super.request(answers);
			}

		};
	}

}
