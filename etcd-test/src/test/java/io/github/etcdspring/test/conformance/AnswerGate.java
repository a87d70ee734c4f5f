/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * Holds answers back on the network thread until it is opened, so that a test can say
 * what it wants to happen with them.
 */
final class AnswerGate implements ClientInterceptor {

	private final CountDownLatch opened = new CountDownLatch(1);

	private final Set<Thread> networkThreads = ConcurrentHashMap.newKeySet();

	void open() {
		this.opened.countDown();
	}

	/**
	 * Return the threads that answers came on.
	 * @return the threads
	 */
	Set<Thread> networkThreads() {
		return this.networkThreads;
	}

	@Override
	public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
		return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

			@Override
			public void start(Listener<R> listener, Metadata headers) {
				super.start(new SimpleForwardingClientCallListener<>(listener) {

					@Override
					public void onMessage(R message) {
						hold();
						super.onMessage(message);
					}

				}, headers);
			}

		};
	}

	private void hold() {
		this.networkThreads.add(Thread.currentThread());
		try {
			this.opened.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
