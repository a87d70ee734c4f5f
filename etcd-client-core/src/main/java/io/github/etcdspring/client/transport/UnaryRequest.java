/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * A request that is one unary call.
 *
 * @param <S> the type of the request
 * @param <R> the type of the result
 * @since 0.1.0
 */
public abstract class UnaryRequest<S extends UnaryRequest<S, R>, R> implements Request<R> {

	/**
	 * The default timeout of requests that wait for something that may never happen: none
	 * at all.
	 */
	protected static final Duration NO_TIMEOUT = ChronoUnit.FOREVER.getDuration();

	private final Transport transport;

	private @Nullable Duration timeout;

	/**
	 * Create a request that has the client's timeout unless it is given its own.
	 * @param transport the client's engine
	 */
	protected UnaryRequest(Transport transport) {
		this(transport, null);
	}

	/**
	 * Create a request with a timeout of its own.
	 * @param transport the client's engine
	 * @param defaultTimeout how long it may take if the application does not say,
	 * {@code null} for the client's timeout
	 */
	protected UnaryRequest(Transport transport, @Nullable Duration defaultTimeout) {
		this.transport = transport;
		this.timeout = defaultTimeout;
	}

	/**
	 * Return what to send.
	 * @return the call
	 */
	protected abstract Rpc<?, R> rpc();

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
		return this.transport.sync(rpc(), this.timeout);
	}

	@Override
	public final CompletableFuture<R> async() {
		return this.transport.async(rpc(), this.timeout);
	}

}
