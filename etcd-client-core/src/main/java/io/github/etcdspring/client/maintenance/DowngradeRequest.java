/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import io.grpc.MethodDescriptor;

import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.DowngradeRequest.DowngradeAction;
import io.github.etcdspring.proto.MaintenanceGrpc;

/**
 * Checks, begins or stops a downgrade of the cluster.
 *
 * @since 0.1.0
 */
public final class DowngradeRequest extends UnaryRequest<DowngradeRequest, DowngradeResult> {

	static final int VALIDATE = DowngradeAction.VALIDATE_VALUE;

	static final int ENABLE = DowngradeAction.ENABLE_VALUE;

	static final int CANCEL = DowngradeAction.CANCEL_VALUE;

	private static final MethodDescriptor<io.github.etcdspring.proto.DowngradeRequest, DowngradeResult> method = Wire
		.mapped(MaintenanceGrpc.getDowngradeMethod(),
				(answer) -> new DowngradeResult(Wire.header(answer.getHeader()), answer.getVersion()));

	private final io.github.etcdspring.proto.DowngradeRequest message;

	DowngradeRequest(Transport transport, int action, String version) {
		super(transport);
		this.message = io.github.etcdspring.proto.DowngradeRequest.newBuilder()
			.setActionValue(action)
			.setVersion(version)
			.build();
	}

	@Override
	protected Rpc<?, DowngradeResult> rpc() {
		return Rpc.generated("downgrade", method, this.message, this.message.getActionValue() == VALIDATE);
	}

	@Override
	protected DowngradeRequest self() {
		return this;
	}

}
