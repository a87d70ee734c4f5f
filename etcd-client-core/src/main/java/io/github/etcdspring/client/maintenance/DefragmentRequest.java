/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import io.grpc.MethodDescriptor;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.MaintenanceGrpc;

/**
 * Makes one member give back the space that its database no longer needs. The member
 * answers nothing else meanwhile. Its timeout is 10 minutes unless another one is set.
 * The header of its result is all zeros: servers send none.
 *
 * @since 0.1.0
 */
public final class DefragmentRequest extends UnaryRequest<DefragmentRequest, Header> {

	private static final MethodDescriptor<io.github.etcdspring.proto.DefragmentRequest, Header> method = Wire
		.mapped(MaintenanceGrpc.getDefragmentMethod(), (answer) -> Wire.header(answer.getHeader()));

	private final String endpoint;

	DefragmentRequest(Transport transport, String endpoint) {
		super(transport, Maintenance.LONG_TIMEOUT);
		this.endpoint = endpoint;
	}

	@Override
	protected Rpc<?, Header> rpc() {
		// It concerns the member alone, so it works without a leader, too.
		return Rpc.toMember("defragment", method, io.github.etcdspring.proto.DefragmentRequest.getDefaultInstance(),
				false, this.endpoint);
	}

	@Override
	protected DefragmentRequest self() {
		return this;
	}

}
