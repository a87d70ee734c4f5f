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

/**
 * Asks one member for the hash of its whole database.
 *
 * @since 0.1.0
 */
public final class HashRequest extends UnaryRequest<HashRequest, HashResult> {

	private static final MethodDescriptor<io.github.etcdspring.proto.HashRequest, HashResult> method = Wire.mapped(
			MaintenanceGrpc.getHashMethod(),
			(answer) -> new HashResult(Wire.header(answer.getHeader()), Integer.toUnsignedLong(answer.getHash())));

	private final String endpoint;

	HashRequest(Transport transport, String endpoint) {
		super(transport);
		this.endpoint = endpoint;
	}

	@Override
	protected Rpc<?, HashResult> rpc() {
		return Rpc.ofMember("hash", method, io.github.etcdspring.proto.HashRequest.getDefaultInstance(), this.endpoint);
	}

	@Override
	protected HashRequest self() {
		return this;
	}

}
