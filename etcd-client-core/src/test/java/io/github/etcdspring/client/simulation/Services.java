/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.grpc.Status;

import io.github.etcdspring.proto.AuthenticateRequest;
import io.github.etcdspring.proto.AuthenticateResponse;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.DeleteRangeResponse;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseGrantResponse;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;
import io.github.etcdspring.proto.LeaseRevokeRequest;
import io.github.etcdspring.proto.LeaseRevokeResponse;
import io.github.etcdspring.proto.LeaseTimeToLiveRequest;
import io.github.etcdspring.proto.LeaseTimeToLiveResponse;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.StatusResponse;
import io.github.etcdspring.proto.TxnRequest;
import io.github.etcdspring.proto.TxnResponse;

/**
 * The services of a member.
 */
final class Services {

	private static final long PATIENCE = 7_000_000_000L;

	private final Member member;

	private final Cluster cluster;

	private final KvServer kv;

	Services(Member member) {
		this.member = member;
		this.cluster = member.cluster();
		this.kv = this.cluster.kv();
	}

	ServerCall.Handler accept(ServerCall call) {
		return switch (call.method()) {
			case "grpc.health.v1.Health/Check" -> unary(call, (asked, message) -> this.member.health().check(asked));
			case "grpc.health.v1.Health/Watch" -> stream(call, this.member.health()::watch);
			case "etcdserverpb.Maintenance/Status" -> (message) -> call.answer(StatusResponse.newBuilder()
				.setHeader(this.member.header(this.member.revision()))
				.setVersion(this.member.version())
				.setLeader(this.member.knowsLeader() ? this.cluster.leaderId() : 0)
				.build());
			case "etcdserverpb.Auth/Authenticate" -> unary(call, this::authenticate);
			case "etcdserverpb.KV/Range" -> unary(call, this::range);
			case "etcdserverpb.KV/Put" -> unary(call, this::put);
			case "etcdserverpb.KV/DeleteRange" -> unary(call, this::delete);
			case "etcdserverpb.KV/Txn" -> unary(call, this::txn);
			case "etcdserverpb.Lease/LeaseGrant" -> unary(call, this::grant);
			case "etcdserverpb.Lease/LeaseRevoke" -> unary(call, this::revoke);
			case "etcdserverpb.Lease/LeaseTimeToLive" -> unary(call, this::timeToLive);
			case "etcdserverpb.Lease/LeaseKeepAlive" -> keepAlive(call);
			case "etcdserverpb.Watch/Watch" -> stream(call, this::watch);
			default -> throw new IllegalStateException("no such method: " + call.method());
		};
	}

	private ServerCall.Handler unary(ServerCall call, Unary service) {
		return (message) -> {
			if (mayServe(call)) {
				service.serve(call, message);
			}
		};
	}

	private boolean mayServe(ServerCall call) {
		if (call.requiresLeader() && !this.member.knowsLeader()) {
			call.close(Member.noLeader());
			return false;
		}
		return true;
	}

	/**
	 * Whether the token of a call is good; otherwise the call is refused.
	 * @param call the call
	 * @return whether to go on
	 */
	private boolean authorized(ServerCall call) {
		if (!this.cluster.isAuthenticating()) {
			return true;
		}
		String token = call.token();
		if (token != null && this.member.tokens().contains(token)) {
			return true;
		}
		call.close((token != null) ? Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token")
				: Status.INVALID_ARGUMENT.withDescription("etcdserver: user name is empty"));
		return false;
	}

	private void read(ServerCall call, boolean serializable, LongFunction<MessageLite> answer) {
		if (!authorized(call)) {
			return;
		}
		long delay = this.cluster.chance().millis(0, 2);
		if (serializable) {
			this.member.after(delay, () -> call.answer(answer.apply(this.member.revision())));
			return;
		}
		VirtualTime.Event timeout = this.member.after(PATIENCE,
				() -> call.close(Status.UNAVAILABLE.withDescription("etcdserver: request timed out")));
		this.member.after(delay, () -> this.member.withLeader(() -> {
			int index = this.cluster.log().size();
			this.member.whenApplied(index, () -> {
				timeout.cancel();
				if (!call.isOver()) {
					call.answer(answer.apply(this.member.revision()));
				}
			});
		}));
	}

	private void change(ServerCall call, Supplier<LongFunction<MessageLite>> change) {
		if (!authorized(call)) {
			return;
		}
		if (this.member.isOverloaded()) {
			call.close(Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: too many requests"));
			return;
		}
		this.cluster.propose(new Proposal(this.member, call, change));
	}

	private void authenticate(ServerCall call, byte[] message) throws InvalidProtocolBufferException {
		AuthenticateRequest request = AuthenticateRequest.parseFrom(message);
		this.cluster.propose(new Proposal(this.member, call, () -> {
			if (!request.getPassword().equals("secret")) {
				throw Status.INVALID_ARGUMENT
					.withDescription("etcdserver: authentication failed, invalid user ID or password")
					.asRuntimeException();
			}
			String token = this.cluster.newToken();
			return (revision) -> AuthenticateResponse.newBuilder().setToken(token).build();
		}));
	}

	private void range(ServerCall call, byte[] message) throws InvalidProtocolBufferException {
		RangeRequest request = RangeRequest.parseFrom(message);
		read(call, request.getSerializable(),
				(revision) -> this.kv.range(request, revision).setHeader(this.member.header(revision)).build());
	}

	private void put(ServerCall call, byte[] message) throws InvalidProtocolBufferException {
		PutRequest request = PutRequest.parseFrom(message);
		change(call, () -> {
			PutResponse.Builder answer = this.kv.put(request);
			return (revision) -> answer.setHeader(this.member.header(revision)).build();
		});
	}

	private void delete(ServerCall call, byte[] message) throws InvalidProtocolBufferException {
		DeleteRangeRequest request = DeleteRangeRequest.parseFrom(message);
		change(call, () -> {
			DeleteRangeResponse.Builder answer = this.kv.delete(request);
			return (revision) -> answer.setHeader(this.member.header(revision)).build();
		});
	}

	private void txn(ServerCall call, byte[] message) throws InvalidProtocolBufferException {
		TxnRequest request = TxnRequest.parseFrom(message);
		if (KvServer.onlyReads(request)) {
			read(call, false,
					(revision) -> this.kv.txn(request, revision).setHeader(this.member.header(revision)).build());
			return;
		}
		change(call, () -> {
			TxnResponse.Builder answer = this.kv.txn(request, this.cluster.store().uncommitted());
			return (revision) -> answer.setHeader(this.member.header(revision)).build();
		});
	}

	private void grant(ServerCall call, byte[] message) throws InvalidProtocolBufferException {
		LeaseGrantRequest request = LeaseGrantRequest.parseFrom(message);
		change(call, () -> {
			long ttl = this.cluster.leases().grant(request.getID(), request.getTTL());
			if (ttl == 0) {
				throw Status.FAILED_PRECONDITION.withDescription("etcdserver: lease already exists")
					.asRuntimeException();
			}
			return (revision) -> LeaseGrantResponse.newBuilder()
				.setHeader(this.member.header(revision))
				.setID(request.getID())
				.setTTL(ttl)
				.build();
		});
	}

	private void revoke(ServerCall call, byte[] message) throws InvalidProtocolBufferException {
		LeaseRevokeRequest request = LeaseRevokeRequest.parseFrom(message);
		change(call, () -> {
			if (!this.cluster.leases().exists(request.getID())) {
				throw Status.NOT_FOUND.withDescription("etcdserver: requested lease not found").asRuntimeException();
			}
			this.cluster.leases().revoke(request.getID());
			return (revision) -> LeaseRevokeResponse.newBuilder().setHeader(this.member.header(revision)).build();
		});
	}

	private void timeToLive(ServerCall call, byte[] message) throws InvalidProtocolBufferException {
		long id = LeaseTimeToLiveRequest.parseFrom(message).getID();
		LeaseKeeper leases = this.cluster.leases();
		// The leader knows, and is asked.
		read(call, false,
				(revision) -> LeaseTimeToLiveResponse.newBuilder()
					.setHeader(this.member.header(revision))
					.setID(id)
					.setTTL(leases.remaining(id))
					.setGrantedTTL(leases.granted(id))
					.build());
	}

	private ServerCall.Handler keepAlive(ServerCall call) {
		this.member.opened(call);
		return new ServerCall.Handler() {

			@Override
			public void received(byte[] message) throws InvalidProtocolBufferException {
				if (mayServe(call)) {
					renew(call, LeaseKeepAliveRequest.parseFrom(message).getID());
				}
			}

			@Override
			public void cancelled() {
				Services.this.member.ended(call);
			}

		};
	}

	private void renew(ServerCall call, long id) {
		VirtualTime.Event timeout = this.member.after(PATIENCE,
				() -> call.close(Status.UNAVAILABLE.withDescription("etcdserver: request timed out")));
		this.member.after(this.cluster.chance().millis(0, 2), () -> this.member.withLeader(() -> {
			timeout.cancel();
			if (!call.isOver()) {
				call.send(LeaseKeepAliveResponse.newBuilder()
					.setHeader(this.member.header(this.member.revision()))
					.setID(id)
					.setTTL(this.cluster.leases().renew(id))
					.build());
			}
		}));
	}

	// Without a leader it is refused before anything is asked.
	private ServerCall.Handler stream(ServerCall call, Function<ServerCall, ServerCall.Handler> service) {
		return mayServe(call) ? service.apply(call) : (message) -> {
		};
	}

	private ServerCall.Handler watch(ServerCall call) {
		this.member.opened(call);
		WatchServer watch = new WatchServer(this.member, call);
		this.member.opened(watch);
		return watch;
	}

	/**
	 * A unary method.
	 */
	private interface Unary {

		void serve(ServerCall call, byte[] message) throws InvalidProtocolBufferException;

	}

}
