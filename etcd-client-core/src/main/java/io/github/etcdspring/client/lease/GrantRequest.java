/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;

import io.grpc.MethodDescriptor;

import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseGrpc;

/**
 * Asks for a lease. Sent at most once, because each request grants another lease.
 *
 * @since 0.1.0
 */
public final class GrantRequest extends UnaryRequest<GrantRequest, LeaseGrant> {

	private static final MethodDescriptor<LeaseGrantRequest, LeaseGrant> method = Wire.mapped(
			LeaseGrpc.getLeaseGrantMethod(),
			(answer) -> new LeaseGrant(answer.getID(), Duration.ofSeconds(answer.getTTL())));

	private final LeaseGrantRequest message;

	GrantRequest(Transport transport, Duration ttl) {
		super(transport);
		if (ttl == null || ttl.isZero() || ttl.isNegative()) {
			throw new IllegalArgumentException("'ttl' must be positive but was " + ttl);
		}
		long seconds = (ttl.getNano() == 0) ? ttl.getSeconds() : ttl.getSeconds() + 1;
		this.message = LeaseGrantRequest.newBuilder().setTTL(seconds).build();
	}

	@Override
	protected Rpc<?, LeaseGrant> rpc() {
		return Rpc.generated("lease_grant", method, this.message, false);
	}

	@Override
	protected GrantRequest self() {
		return this;
	}

}
