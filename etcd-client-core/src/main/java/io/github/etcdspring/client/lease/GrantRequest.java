/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.CompositeRequest;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseGrantResponse;
import io.github.etcdspring.proto.LeaseGrpc;

/**
 * Asks for a lease. It is sent again as a read is, because its id is chosen here, and
 * there cannot be two leases with one id: so an answer that is lost leaves no lease
 * behind.
 *
 * @since 0.1.0
 */
public final class GrantRequest extends CompositeRequest<GrantRequest, LeaseGrant> {

	private static final Logger logger = LoggerFactory.getLogger(GrantRequest.class);

	private static final MethodDescriptor<LeaseGrantRequest, LeaseGrant> method = Wire
		.mapped(LeaseGrpc.getLeaseGrantMethod(), GrantRequest::result);

	private final Transport transport;

	private final long seconds;

	private long id;

	GrantRequest(Transport transport, Duration ttl) {
		super(transport, null);
		if (ttl == null || ttl.isZero() || ttl.isNegative()) {
			throw new IllegalArgumentException("'ttl' must be positive but was " + ttl);
		}
		this.transport = transport;
		this.seconds = (ttl.getNano() == 0) ? ttl.getSeconds() : ttl.getSeconds() + 1;
	}

	/**
	 * Choose the id of the lease. The default is a random one; if such a request fails
	 * with the outcome {@link Outcome#UNKNOWN UNKNOWN}, what it may have granted is
	 * revoked as far as the server can be reached.
	 * <p>
	 * If there is a lease with the id chosen, the request fails with the reason
	 * {@link Reason#LEASE_EXISTS LEASE_EXISTS}, and the outcome tells whose lease that
	 * is: {@link Outcome#NOT_APPLIED NOT_APPLIED} if somebody else made it,
	 * {@link Outcome#UNKNOWN UNKNOWN} if an attempt before may have made it.
	 * @param id the id, negative ones too, but not 0
	 * @return this request
	 * @throws IllegalArgumentException if the id is 0
	 */
	public GrantRequest id(long id) {
		if (id == 0) {
			throw new IllegalArgumentException("'id' must not be 0; leave it out for a random one");
		}
		this.id = id;
		return this;
	}

	@Override
	protected CompletableFuture<LeaseGrant> run(Steps steps) {
		if (this.id != 0) {
			return steps.send(rpc(this.id));
		}
		long chosen = this.transport.newId();
		return steps.send(rpc(chosen))
			.handle((granted, ex) -> (ex != null) ? recover(steps, chosen, Failure.causeOf(ex))
					: CompletableFuture.completedFuture(granted))
			.thenCompose((granted) -> granted);
	}

	private CompletableFuture<LeaseGrant> recover(Steps steps, long chosen, Throwable cause) {
		EtcdException failure = (cause instanceof EtcdException ex) ? ex : null;
		if (failure != null && failure.outcome() != Outcome.UNKNOWN) {
			return CompletableFuture.failedFuture(failure);
		}
		if (failure != null && failure.reason() == Reason.LEASE_EXISTS) {
			// An attempt before was carried out, and its answer was lost.
			return steps.send(new TimeToLiveRequest(this.transport, Namespace.NONE, chosen).rpc())
				.handle((found, ex) -> (found != null && found.exists())
						? CompletableFuture.completedFuture(new LeaseGrant(found.header(), chosen, found.grantedTtl()))
						: giveUp(chosen, failure))
				.thenCompose((granted) -> granted);
		}
		return giveUp(chosen, cause);
	}

	private CompletableFuture<LeaseGrant> giveUp(long chosen, Throwable cause) {
		new RevokeRequest(this.transport, chosen).async().whenComplete((header, problem) -> {
			if (problem != null) {
				logger.debug("A lease that may have been granted could not be revoked; it ends by itself", problem);
			}
		});
		return CompletableFuture.failedFuture(cause);
	}

	private Rpc<LeaseGrantRequest, LeaseGrant> rpc(long chosen) {
		return Rpc.repeatableWrite("lease_grant", method,
				LeaseGrantRequest.newBuilder().setTTL(this.seconds).setID(chosen).build());
	}

	private static LeaseGrant result(LeaseGrantResponse answer) {
		if (!answer.getError().isEmpty()) {
			throw Status.INTERNAL.withDescription(answer.getError()).asRuntimeException();
		}
		return new LeaseGrant(Wire.header(answer.getHeader()), answer.getID(), Duration.ofSeconds(answer.getTTL()));
	}

	@Override
	protected GrantRequest self() {
		return this;
	}

}
