/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.List;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

import io.github.etcdspring.embedded.auth.Caller;
import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.embedded.lease.Lease;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseGrantResponse;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;
import io.github.etcdspring.proto.LeaseLeasesRequest;
import io.github.etcdspring.proto.LeaseLeasesResponse;
import io.github.etcdspring.proto.LeaseRevokeRequest;
import io.github.etcdspring.proto.LeaseRevokeResponse;
import io.github.etcdspring.proto.LeaseStatus;
import io.github.etcdspring.proto.LeaseTimeToLiveRequest;
import io.github.etcdspring.proto.LeaseTimeToLiveResponse;
import io.github.etcdspring.proto.ResponseHeader;

/**
 * The lease service.
 */
final class LeaseService extends LeaseGrpc.LeaseImplBase {

	/** The time to live etcd answers with for a lease it does not know. */
	private static final long UNKNOWN = -1;

	private final Node node;

	LeaseService(Node node) {
		this.node = node;
	}

	@Override
	public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> answers) {
		this.node.answer(answers, () -> this.node.write(() -> {
			this.node.auth().checkUser(Callers.current(this.node));
			this.node.alarms().requireSpace(0);
			Lease lease = this.node.lessor().grant(request.getID(), request.getTTL());
			return LeaseGrantResponse.newBuilder()
				.setHeader(this.node.header())
				.setID(lease.id())
				.setTTL(lease.grantedTtl())
				.build();
		}));
	}

	@Override
	public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> answers) {
		this.node.answer(answers, () -> this.node.write(() -> {
			this.node.auth().checkLeaseRevoke(Callers.current(this.node), request.getID());
			this.node.revoke(request.getID());
			return LeaseRevokeResponse.newBuilder().setHeader(this.node.header()).build();
		}));
	}

	@Override
	public void leaseTimeToLive(LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> answers) {
		this.node.answer(answers, () -> this.node.read(() -> {
			Caller caller = Callers.current(this.node);
			this.node.auth().checkLeaseTimeToLive(caller, request.getID(), request.getKeys());
			LeaseTimeToLiveResponse.Builder answer = LeaseTimeToLiveResponse.newBuilder()
				.setHeader(this.node.header())
				.setID(request.getID());
			Lease lease = this.node.lessor().find(request.getID()).orElse(null);
			if (lease == null) {
				return answer.setTTL(UNKNOWN).build();
			}
			if (request.getKeys()) {
				answer.addAllKeys(this.node.lessor().keys(lease.id()));
			}
			return answer.setTTL(lease.remainingTtl()).setGrantedTTL(lease.grantedTtl()).build();
		}));
	}

	@Override
	public void leaseLeases(LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> answers) {
		this.node.answer(answers, () -> this.node.read(() -> {
			List<Long> ids = this.node.lessor().list().stream().map(Lease::id).toList();
			this.node.auth().checkLeaseLeases(Callers.current(this.node), ids);
			LeaseLeasesResponse.Builder answer = LeaseLeasesResponse.newBuilder().setHeader(this.node.header());
			ids.forEach((id) -> answer.addLeases(LeaseStatus.newBuilder().setID(id)));
			return answer.build();
		}));
	}

	@Override
	public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> answers) {
		KeepAlives stream = new KeepAlives((ServerCallStreamObserver<LeaseKeepAliveResponse>) answers);
		stream.open();
		return stream;
	}

	private LeaseKeepAliveResponse keepAlive(long id) {
		// the header comes first: a renewal must not seem newer than a revocation
		ResponseHeader header = this.node.read(() -> {
			this.node.auth().checkLeaseRenew(Callers.current(this.node), id);
			return this.node.header();
		});
		return LeaseKeepAliveResponse.newBuilder().setHeader(header).setID(id).setTTL(renew(id)).build();
	}

	private long renew(long id) {
		if (!this.node.hasLeader()) {
			throw EtcdError.NO_LEADER.exception();
		}
		try {
			return this.node.lessor().renew(id);
		}
		catch (StatusRuntimeException ex) {
			if (ex.getStatus().getCode() == EtcdError.LEASE_NOT_FOUND.status().getCode()) {
				return 0;
			}
			throw ex;
		}
	}

	/**
	 * One stream: an answer per request, in order. The first failure ends it, and no
	 * request is read while the client does not take answers. gRPC calls it on one thread
	 * at a time.
	 */
	private final class KeepAlives implements StreamObserver<LeaseKeepAliveRequest> {

		private final ServerCallStreamObserver<LeaseKeepAliveResponse> call;

		private boolean held;

		private boolean ended;

		KeepAlives(ServerCallStreamObserver<LeaseKeepAliveResponse> call) {
			this.call = call;
		}

		void open() {
			this.call.disableAutoRequest();
			this.call.setOnReadyHandler(this::ready);
			this.call.setOnCancelHandler(() -> this.ended = true);
			this.call.request(1);
		}

		private void ready() {
			if (this.held) {
				this.held = false;
				this.call.request(1);
			}
		}

		@Override
		public void onNext(LeaseKeepAliveRequest request) {
			if (this.ended) {
				return;
			}
			LeaseKeepAliveResponse answer;
			try {
				answer = keepAlive(request.getID());
			}
			catch (RuntimeException ex) {
				this.ended = true;
				this.call.onError(Node.failure(ex));
				return;
			}
			this.call.onNext(answer);
			this.held = true;
			if (this.call.isReady()) {
				ready();
			}
		}

		@Override
		public void onError(Throwable error) {
			this.ended = true;
		}

		@Override
		public void onCompleted() {
			if (!this.ended) {
				this.ended = true;
				this.call.onCompleted();
			}
		}

	}

}
