/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import io.grpc.MethodDescriptor;

import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseLeasesRequest;
import io.github.etcdspring.proto.LeaseStatus;

/**
 * Lists the leases of the cluster.
 *
 * @since 0.1.0
 */
public final class LeaseListRequest extends UnaryRequest<LeaseListRequest, LeaseList> {

	private static final MethodDescriptor<LeaseLeasesRequest, LeaseList> method = Wire
		.mapped(LeaseGrpc.getLeaseLeasesMethod(), (answer) -> new LeaseList(Wire.header(answer.getHeader()),
				answer.getLeasesList().stream().map(LeaseStatus::getID).toList()));

	LeaseListRequest(Transport transport) {
		super(transport);
	}

	@Override
	protected Rpc<?, LeaseList> rpc() {
		return Rpc.generated("lease_leases", method, LeaseLeasesRequest.getDefaultInstance(), true);
	}

	@Override
	protected LeaseListRequest self() {
		return this;
	}

}
