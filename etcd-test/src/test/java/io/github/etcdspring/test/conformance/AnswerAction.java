/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * Does something before one of the answers of a stream is handed on.
 */
final class AnswerAction implements ClientInterceptor {

	private final String method;

	private final int number;

	private final Runnable action;

	private volatile boolean done;

	AnswerAction(MethodDescriptor<?, ?> method, int number, Runnable action) {
		this.method = method.getFullMethodName();
		this.number = number;
		this.action = action;
	}

	boolean isDone() {
		return this.done;
	}

	@Override
	public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
		ClientCall<Q, R> call = next.newCall(method, options);
		return !method.getFullMethodName().equals(this.method) ? call : new SimpleForwardingClientCall<>(call) {

			@Override
			public void start(Listener<R> listener, Metadata headers) {
				super.start(new SimpleForwardingClientCallListener<>(listener) {

					private int count;

					@Override
					public void onMessage(R message) {
						if (++this.count == AnswerAction.this.number) {
							AnswerAction.this.action.run();
							AnswerAction.this.done = true;
						}
						super.onMessage(message);
					}

				}, headers);
			}

		};
	}

}
