/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * Sees which calls go over the wire and how they end, and loses answers on request.
 */
final class WireTap implements ClientInterceptor {

	private final Queue<String> succeeded = new ConcurrentLinkedQueue<>();

	private final Set<String> lost = ConcurrentHashMap.newKeySet();

	/**
	 * Lose every answer to a method: the server has done it, and the client sees the
	 * connection break.
	 * @param method the method, such as {@code Put}
	 */
	void loseAnswersTo(String method) {
		this.lost.add(method);
	}

	/**
	 * Return the methods that the server has answered.
	 * @return the methods in order, lost answers included
	 */
	Queue<String> succeeded() {
		return this.succeeded;
	}

	@Override
	public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
		String name = String.valueOf(method.getBareMethodName());
		return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

			@Override
			public void start(Listener<R> listener, Metadata headers) {
				super.start(new SimpleForwardingClientCallListener<>(listener) {

					@Override
					public void onMessage(R message) {
						if (!WireTap.this.lost.contains(name)) {
							super.onMessage(message);
						}
					}

					@Override
					public void onClose(Status status, Metadata trailers) {
						if (status.isOk()) {
							WireTap.this.succeeded.add(name);
						}
						boolean lose = status.isOk() && WireTap.this.lost.contains(name);
						super.onClose(lose ? Status.UNAVAILABLE.withDescription("connection lost") : status, trailers);
					}

				}, headers);
			}

		};
	}

}
