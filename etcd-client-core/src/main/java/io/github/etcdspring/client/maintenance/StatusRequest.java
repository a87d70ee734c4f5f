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
import io.github.etcdspring.proto.MaintenanceGrpc;
import io.github.etcdspring.proto.StatusResponse;

/**
 * Asks one member for its state.
 *
 * @since 0.1.0
 */
public final class StatusRequest extends UnaryRequest<StatusRequest, MemberStatus> {

	private static final MethodDescriptor<io.github.etcdspring.proto.StatusRequest, MemberStatus> method = Wire
		.mapped(MaintenanceGrpc.getStatusMethod(), StatusRequest::result);

	private final String endpoint;

	StatusRequest(Transport transport, String endpoint) {
		super(transport);
		this.endpoint = endpoint;
	}

	static Rpc<?, MemberStatus> rpc(String endpoint) {
		return Rpc.ofMember("status", method, io.github.etcdspring.proto.StatusRequest.getDefaultInstance(), endpoint);
	}

	private static MemberStatus result(StatusResponse answer) {
		return new MemberStatus(Wire.header(answer.getHeader()), answer.getVersion(), answer.getDbSize(),
				answer.getDbSizeInUse(), answer.getLeader(), answer.getRaftIndex(), answer.getRaftTerm(),
				answer.getRaftAppliedIndex(), answer.getErrorsList().stream().toList(), answer.getIsLearner(),
				answer.getStorageVersion(), answer.getDbSizeQuota(), new DowngradeInfo(
						answer.getDowngradeInfo().getEnabled(), answer.getDowngradeInfo().getTargetVersion()));
	}

	@Override
	protected Rpc<?, MemberStatus> rpc() {
		return rpc(this.endpoint);
	}

	@Override
	protected StatusRequest self() {
		return this;
	}

}
