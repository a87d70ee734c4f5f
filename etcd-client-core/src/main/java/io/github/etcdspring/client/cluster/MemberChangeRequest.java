/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cluster;

import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;

/**
 * Updates, promotes or removes a member of the cluster. Sent at most once.
 *
 * @since 0.1.0
 */
public final class MemberChangeRequest extends UnaryRequest<MemberChangeRequest, MemberList> {

	private final Rpc<?, MemberList> rpc;

	MemberChangeRequest(Transport transport, Rpc<?, MemberList> rpc) {
		super(transport);
		this.rpc = rpc;
	}

	@Override
	protected Rpc<?, MemberList> rpc() {
		return this.rpc;
	}

	@Override
	protected MemberChangeRequest self() {
		return this;
	}

}
