/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cluster;

import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;

/**
 * Adds a member to the cluster. Sent at most once.
 *
 * @since 0.1.0
 */
public final class MemberAddRequest extends UnaryRequest<MemberAddRequest, MemberAdded> {

	private final Rpc<?, MemberAdded> rpc;

	MemberAddRequest(Transport transport, Rpc<?, MemberAdded> rpc) {
		super(transport);
		this.rpc = rpc;
	}

	@Override
	protected Rpc<?, MemberAdded> rpc() {
		return this.rpc;
	}

	@Override
	protected MemberAddRequest self() {
		return this;
	}

}
