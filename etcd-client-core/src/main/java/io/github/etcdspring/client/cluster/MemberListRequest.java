/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cluster;

import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;

/**
 * Lists the members of the cluster.
 *
 * @since 0.1.0
 */
public final class MemberListRequest extends UnaryRequest<MemberListRequest, MemberList> {

	private boolean serializable;

	MemberListRequest(Transport transport) {
		super(transport);
	}

	/**
	 * Let one member answer from what it knows itself. It may be out of date, and works
	 * without a leader. Servers before etcd 3.5 always do that.
	 * @return this request
	 */
	public MemberListRequest serializable() {
		this.serializable = true;
		return this;
	}

	@Override
	protected Rpc<?, MemberList> rpc() {
		return ClusterCalls.list(!this.serializable);
	}

	@Override
	protected MemberListRequest self() {
		return this;
	}

}
