/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.election;

import io.grpc.MethodDescriptor;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.Request;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.RpcRequest;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.CampaignRequest;
import io.github.etcdspring.proto.ElectionGrpc;
import io.github.etcdspring.proto.LeaderRequest;
import io.github.etcdspring.proto.LeaderResponse;
import io.github.etcdspring.proto.ProclaimRequest;
import io.github.etcdspring.proto.ResignRequest;

/**
 * The elections that etcd runs itself. A leadership is held by a lease, which the
 * application grants and keeps alive, and is lost with it. Its keys are laid out as those
 * of elections made by other clients, so that all of them can take part in the same one.
 * <p>
 * Thread-safe; the requests it makes are for one thread each.
 *
 * @since 0.1.0
 */
public final class ElectionService {

	private static final MethodDescriptor<ProclaimRequest, Header> proclaim = Wire
		.mapped(ElectionGrpc.getProclaimMethod(), (answer) -> Wire.header(answer.getHeader()));

	private static final MethodDescriptor<ResignRequest, Header> resign = Wire.mapped(ElectionGrpc.getResignMethod(),
			(answer) -> Wire.header(answer.getHeader()));

	private final Transport transport;

	private final Namespace namespace;

	private final MethodDescriptor<CampaignRequest, CampaignResult> campaign;

	private final MethodDescriptor<LeaderRequest, LeaderResult> leader;

	private final MethodDescriptor<LeaderRequest, LeaderResult> observe;

	/**
	 * Create the service. Applications get it from the client.
	 * @param transport the client's engine
	 * @param namespace the client's namespace
	 */
	public ElectionService(Transport transport, Namespace namespace) {
		this.transport = transport;
		this.namespace = namespace;
		this.campaign = Wire.mapped(ElectionGrpc.getCampaignMethod(),
				(answer) -> new CampaignResult(Wire.header(answer.getHeader()), result(answer.getLeader())));
		this.leader = Wire.mapped(ElectionGrpc.getLeaderMethod(), this::result);
		this.observe = Wire.mapped(ElectionGrpc.getObserveMethod(), this::result);
	}

	/**
	 * Stand for an election, as {@link #campaign(Bytes, long, Bytes)} does.
	 * @param name the name of the election, not empty
	 * @param leaseId the id of the lease that is to hold the leadership
	 * @param value what others see of the leader
	 * @return the request
	 * @throws IllegalArgumentException if the name is empty or the id is 0
	 */
	public Request<CampaignResult> campaign(String name, long leaseId, String value) {
		return campaign(Arguments.utf8(name, "name"), leaseId, Arguments.utf8(value, "value"));
	}

	/**
	 * Stand for an election: wait until everybody who stood before has resigned or is
	 * gone. Standing again with the same name and lease replaces the value.
	 * <p>
	 * The request waits without a limit, unless it is given a timeout. It ends, too, with
	 * its connection and with the client, and it can be cancelled: the server then takes
	 * the candidate out of the queue, unless authentication is on, when it may not and
	 * the candidate stays there until its lease ends. A candidate whose lease ended while
	 * it waited is told that it won all the same when its turn comes: what a leader
	 * writes should be guarded by {@link LeaderKey#revision()}.
	 * <p>
	 * After a failure with the outcome
	 * {@link io.github.etcdspring.client.error.Outcome#UNKNOWN UNKNOWN} the candidate may
	 * still be in the queue, and block it: revoke the lease, and try again with a fresh
	 * one. A failed request is never
	 * {@linkplain io.github.etcdspring.client.error.EtcdException#isRetryable()
	 * retryable} as it is.
	 * @param name the name of the election, not empty
	 * @param leaseId the id of the lease that is to hold the leadership
	 * @param value what others see of the leader
	 * @return the request
	 * @throws IllegalArgumentException if the name is empty or the id is 0
	 */
	public Request<CampaignResult> campaign(Bytes name, long leaseId, Bytes value) {
		if (leaseId == 0) {
			throw new IllegalArgumentException("'leaseId' must not be 0: the server would hold the leadership by a"
					+ " lease of 60 seconds of its own; grant a lease and give its id");
		}
		CampaignRequest message = CampaignRequest.newBuilder()
			.setName(Wire.bytes(election(name)))
			.setLease(leaseId)
			.setValue(Wire.bytes(Arguments.notNull(value, "value")))
			.build();
		return new RpcRequest<>(this.transport, Rpc.waiting("campaign", this.campaign, message));
	}

	/**
	 * Replace the leader's value, as {@link #proclaim(LeaderKey, Bytes)} does.
	 * @param leader what proves the leadership
	 * @param value the new value
	 * @return the request
	 * @throws IllegalArgumentException if the proof is not one
	 */
	public Request<Header> proclaim(LeaderKey leader, String value) {
		return proclaim(leader, Arguments.utf8(value, "value"));
	}

	/**
	 * Replace the leader's value.
	 * @param leader what proves the leadership
	 * @param value the new value
	 * @return the request; {@link Reason#ELECTION_NOT_LEADER} if the leadership is lost
	 * @throws IllegalArgumentException if the proof is not one
	 */
	public Request<Header> proclaim(LeaderKey leader, Bytes value) {
		ProclaimRequest message = ProclaimRequest.newBuilder()
			.setLeader(message(leader))
			.setValue(Wire.bytes(Arguments.notNull(value, "value")))
			.build();
		return new RpcRequest<>(this.transport, Rpc.generated("proclaim", proclaim, message, false));
	}

	/**
	 * Ask who leads, as {@link #leader(Bytes)} does.
	 * @param name the name of the election, not empty
	 * @return the request
	 * @throws IllegalArgumentException if the name is empty
	 */
	public Request<LeaderResult> leader(String name) {
		return leader(Arguments.utf8(name, "name"));
	}

	/**
	 * Ask who leads.
	 * @param name the name of the election, not empty
	 * @return the request; {@link Reason#ELECTION_NO_LEADER} if nobody does
	 * @throws IllegalArgumentException if the name is empty
	 */
	public Request<LeaderResult> leader(Bytes name) {
		return new RpcRequest<>(this.transport, Rpc.generated("leader", this.leader, leaderRequest(name), true));
	}

	/**
	 * Observe who leads, as {@link #observe(Bytes)} does.
	 * @param name the name of the election, not empty
	 * @return the request
	 * @throws IllegalArgumentException if the name is empty
	 */
	public ObserveRequest observe(String name) {
		return observe(Arguments.utf8(name, "name"));
	}

	/**
	 * Observe who leads: now, and whenever that changes, until it is closed. When its
	 * connection is lost the observation goes on by itself, on another member if need be,
	 * with whoever leads then.
	 * @param name the name of the election, not empty
	 * @return the request
	 * @throws IllegalArgumentException if the name is empty
	 */
	public ObserveRequest observe(Bytes name) {
		LeaderRequest message = leaderRequest(name);
		return new ObserveRequest((listener, maxRetries) -> new LeaderStream(this.transport, this.observe, this.leader,
				message, maxRetries, listener), this.transport.maxRetries());
	}

	/**
	 * Give the leadership up, so that the next candidate leads. Succeeds as well if it is
	 * lost already.
	 * @param leader what proves the leadership
	 * @return the request
	 * @throws IllegalArgumentException if the proof is not one
	 */
	public Request<Header> resign(LeaderKey leader) {
		ResignRequest message = ResignRequest.newBuilder().setLeader(message(leader)).build();
		return new RpcRequest<>(this.transport, Rpc.generated("resign", resign, message, false));
	}

	private Bytes election(Bytes name) {
		if (Arguments.notNull(name, "name").isEmpty()) {
			throw new IllegalArgumentException("'name' must not be empty; give the election a name");
		}
		return this.namespace.apply(name);
	}

	private LeaderRequest leaderRequest(Bytes name) {
		return LeaderRequest.newBuilder().setName(Wire.bytes(election(name))).build();
	}

	private io.github.etcdspring.proto.LeaderKey message(LeaderKey leader) {
		if (Arguments.notNull(leader, "leader").name().isEmpty() || leader.key().isEmpty() || leader.revision() <= 0
				|| leader.lease() == 0) {
			throw new IllegalArgumentException("'leader' must have a name, a key, a positive revision and a lease"
					+ " but was " + leader + "; give the one that campaign(...) returned");
		}
		return io.github.etcdspring.proto.LeaderKey.newBuilder()
			.setName(Wire.bytes(this.namespace.apply(leader.name())))
			.setKey(Wire.bytes(this.namespace.apply(leader.key())))
			.setRev(leader.revision())
			.setLease(leader.lease())
			.build();
	}

	private LeaderKey result(io.github.etcdspring.proto.LeaderKey leader) {
		return new LeaderKey(this.namespace.strip(Wire.bytes(leader.getName())),
				this.namespace.strip(Wire.bytes(leader.getKey())), leader.getRev(), leader.getLease());
	}

	private LeaderResult result(LeaderResponse answer) {
		return new LeaderResult(Wire.header(answer.getHeader()), result(answer.getKv()));
	}

	private KeyValue result(io.github.etcdspring.proto.KeyValue found) {
		return new KeyValue(this.namespace.strip(Wire.bytes(found.getKey())), Wire.bytes(found.getValue()),
				found.getCreateRevision(), found.getModRevision(), found.getVersion(), found.getLease());
	}

}
