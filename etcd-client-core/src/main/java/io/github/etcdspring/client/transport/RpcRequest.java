/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

/**
 * A request without options of its own: one call, whole when it is made.
 *
 * @param <R> the type of the result
 * @since 0.1.0
 */
public final class RpcRequest<R> extends UnaryRequest<RpcRequest<R>, R> {

	private final Rpc<?, R> rpc;

	/**
	 * Create a request. One that waits on the server has no timeout unless it is given
	 * one; all others have the client's.
	 * @param transport the client's engine
	 * @param rpc what to send
	 */
	public RpcRequest(Transport transport, Rpc<?, R> rpc) {
		super(transport, rpc.waits() ? NO_TIMEOUT : null);
		this.rpc = rpc;
	}

	@Override
	protected Rpc<?, R> rpc() {
		return this.rpc;
	}

	@Override
	protected RpcRequest<R> self() {
		return this;
	}

}
