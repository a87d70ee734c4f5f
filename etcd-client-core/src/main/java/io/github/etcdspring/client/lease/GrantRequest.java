/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;

import io.grpc.MethodDescriptor;
import io.grpc.Status;

import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseGrantResponse;
import io.github.etcdspring.proto.LeaseGrpc;

/**
 * Asks for a lease. Sent at most once, because each request grants another lease; unless
 * the application chooses its id, of which there can be only one.
 *
 * @since 0.1.0
 */
public final class GrantRequest extends UnaryRequest<GrantRequest, LeaseGrant> {

	private static final MethodDescriptor<LeaseGrantRequest, LeaseGrant> method = Wire
		.mapped(LeaseGrpc.getLeaseGrantMethod(), GrantRequest::result);

	private final long seconds;

	private long id;

	GrantRequest(Transport transport, Duration ttl) {
		super(transport);
		if (ttl == null || ttl.isZero() || ttl.isNegative()) {
			throw new IllegalArgumentException("'ttl' must be positive but was " + ttl);
		}
		this.seconds = (ttl.getNano() == 0) ? ttl.getSeconds() : ttl.getSeconds() + 1;
	}

	/**
	 * Choose the id of the lease. The default is that the server does.
	 * <p>
	 * Such a request is sent again as a read is, because there cannot be two such leases.
	 * If there is one already, it fails with the reason
	 * {@link io.github.etcdspring.client.error.Reason#LEASE_EXISTS LEASE_EXISTS}, and the
	 * outcome tells whose lease that is:
	 * {@link io.github.etcdspring.client.error.Outcome#NOT_APPLIED NOT_APPLIED} if
	 * somebody else made it, {@link io.github.etcdspring.client.error.Outcome#UNKNOWN
	 * UNKNOWN} if an attempt before may have made it.
	 * @param id the id, negative ones too, but not 0
	 * @return this request
	 * @throws IllegalArgumentException if the id is 0
	 */
	public GrantRequest id(long id) {
		if (id == 0) {
			throw new IllegalArgumentException("'id' must not be 0; leave it out to let the server choose");
		}
		this.id = id;
		return this;
	}

	private static LeaseGrant result(LeaseGrantResponse answer) {
		if (!answer.getError().isEmpty()) {
			throw Status.INTERNAL.withDescription(answer.getError()).asRuntimeException();
		}
		return new LeaseGrant(Wire.header(answer.getHeader()), answer.getID(), Duration.ofSeconds(answer.getTTL()));
	}

	@Override
	protected Rpc<?, LeaseGrant> rpc() {
		LeaseGrantRequest message = LeaseGrantRequest.newBuilder().setTTL(this.seconds).setID(this.id).build();
		return (this.id != 0) ? Rpc.repeatableWrite("lease_grant", method, message)
				: Rpc.generated("lease_grant", method, message, false);
	}

	@Override
	protected GrantRequest self() {
		return this;
	}

}
