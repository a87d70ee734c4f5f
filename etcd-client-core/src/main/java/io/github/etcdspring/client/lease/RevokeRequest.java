/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import io.grpc.MethodDescriptor;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseRevokeRequest;

/**
 * Ends a lease and deletes its keys. A lease that does not exist is a
 * {@link io.github.etcdspring.client.error.LeaseNotFoundException
 * LeaseNotFoundException}.
 *
 * @since 0.1.0
 */
public final class RevokeRequest extends UnaryRequest<RevokeRequest, Header> {

	private static final MethodDescriptor<LeaseRevokeRequest, Header> method = Wire
		.mapped(LeaseGrpc.getLeaseRevokeMethod(), (answer) -> Wire.header(answer.getHeader()));

	private final LeaseRevokeRequest message;

	RevokeRequest(Transport transport, long id) {
		super(transport);
		this.message = LeaseRevokeRequest.newBuilder().setID(id).build();
	}

	@Override
	protected Rpc<?, Header> rpc() {
		return Rpc.clearingUp("lease_revoke", method, this.message);
	}

	@Override
	protected RevokeRequest self() {
		return this;
	}

}
