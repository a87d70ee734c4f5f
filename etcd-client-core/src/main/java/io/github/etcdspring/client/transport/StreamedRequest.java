/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * A request that is answered over a stream which it shares with others, and that may be
 * sent twice without harm.
 *
 * @param <S> the type of the request
 * @param <R> the type of the result
 * @since 0.1.0
 */
public abstract class StreamedRequest<S extends StreamedRequest<S, R>, R> implements Request<R> {

	private final Transport transport;

	private final String operation;

	private @Nullable Duration timeout;

	/**
	 * Create a request.
	 * @param transport the client's engine
	 * @param operation the name of the operation as it appears in exceptions and meters
	 */
	protected StreamedRequest(Transport transport, String operation) {
		this.transport = transport;
		this.operation = operation;
	}

	/**
	 * Send the request. The service {@linkplain StreamedCall#start starts} the call, and
	 * ends it.
	 * @param call receives the result
	 */
	protected abstract void send(StreamedCall<R> call);

	/**
	 * Return this request.
	 * @return this request
	 */
	protected abstract S self();

	@Override
	public S timeout(Duration timeout) {
		this.timeout = Request.checkTimeout(timeout);
		return self();
	}

	@Override
	public final R sync() {
		Transport.checkMayWait("sync() would block the network thread that it waits for");
		return send(false).await();
	}

	@Override
	public final CompletableFuture<R> async() {
		return send(true);
	}

	private StreamedCall<R> send(boolean handOver) {
		StreamedCall<R> call = new StreamedCall<>(this.transport, this.operation, this.timeout, handOver);
		send(call);
		return call;
	}

}
