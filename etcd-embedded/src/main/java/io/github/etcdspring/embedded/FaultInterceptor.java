/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded;

import java.net.SocketAddress;
import java.time.Duration;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.embedded.server.Connections;
import io.github.etcdspring.embedded.server.Node;

/**
 * Sees every call first and lets happen to it what was scheduled. Also refuses those that
 * ask for a leader while there is none.
 */
final class FaultInterceptor implements ServerInterceptor {

	private static final Metadata.Key<String> HAS_LEADER = Metadata.Key.of("hasleader",
			Metadata.ASCII_STRING_MARSHALLER);

	private final Node node;

	private final Connections connections;

	private final Faults faults;

	FaultInterceptor(Node node, Connections connections, Faults faults) {
		this.node = node;
		this.connections = connections;
		this.faults = faults;
	}

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
			ServerCallHandler<Q, A> next) {
		boolean needsLeader = "true".equals(headers.get(HAS_LEADER));
		if (needsLeader && !this.node.hasLeader()) {
			call.close(EtcdError.NO_LEADER.status(), new Metadata());
			return new ServerCall.Listener<>() {
			};
		}
		Operation operation = Operation.of(call.getMethodDescriptor().getFullMethodName());
		FaultPlan plan = (operation != null) ? this.faults.take(operation) : FaultPlan.NONE;
		boolean unary = call.getMethodDescriptor().getType() == MethodDescriptor.MethodType.UNARY;
		if (unary && plan == FaultPlan.NONE && this.node.hasLeader()) {
			return next.startCall(call, headers);
		}
		GuardedCall<Q, A> guarded = new GuardedCall<>(call, operation, needsLeader, plan, () -> cut(call),
				this.faults::closed);
		if (!unary) {
			this.faults.opened(guarded);
		}
		GuardedListener<Q> listener = new GuardedListener<>(this.node, guarded, () -> next.startCall(guarded, headers),
				this.faults);
		if (plan.after().equals(Duration.ZERO)) {
			listener.start();
		}
		else {
			listener.startAfter(plan.after());
		}
		// the leader may have gone between the check and the moment the stream was listed
		if (needsLeader && !this.node.hasLeader()) {
			guarded.end(EtcdError.NO_LEADER.status());
		}
		return listener;
	}

	private void cut(ServerCall<?, ?> call) {
		SocketAddress client = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
		if (client != null) {
			this.connections.cut(client);
		}
	}

}
