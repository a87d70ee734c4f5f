/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;

/**
 * Keeps the requests of a client as they go on the wire.
 */
final class CapturedRequests implements ClientInterceptor {

	private final List<byte[]> requests = new CopyOnWriteArrayList<>();

	byte[] last() {
		return this.requests.get(this.requests.size() - 1);
	}

	@Override
	public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
		return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

			@Override
			public void sendMessage(Q message) {
				CapturedRequests.this.requests.add(bytes(method.streamRequest(message)));
				super.sendMessage(message);
			}

		};
	}

	private static byte[] bytes(InputStream message) {
		try (message) {
			return message.readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
