/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import com.google.protobuf.MessageLite;
import io.grpc.Status;

import io.github.etcdspring.proto.CompactionRequest;

/**
 * gRPC's health service of a member. A stream that requires a leader is refused without
 * one, and ended when there has been none for long, without a word of the cause.
 */
final class HealthServer {

	private static final int SERVING = 1;

	private static final int NOT_SERVING = 2;

	private final Member member;

	private final Set<ServerCall> watching = new LinkedHashSet<>();

	private boolean serving = true;

	HealthServer(Member member) {
		this.member = member;
	}

	/**
	 * Say that the member serves, or that it does not; it does either way.
	 * @param serving what to say
	 */
	void serving(boolean serving) {
		if (this.serving != serving) {
			this.serving = serving;
			this.member.execute(() -> List.copyOf(this.watching).forEach((call) -> call.send(state())));
		}
	}

	/** The process is another one. */
	void restarted() {
		this.watching.clear();
		this.serving = true;
	}

	/** There has been no leader for so long that nobody should wait for one here. */
	void leaderLost() {
		List.copyOf(this.watching)
			.stream()
			.filter(ServerCall::requiresLeader)
			.forEach((call) -> call.close(Status.CANCELLED.withDescription("Stream has ended.")));
	}

	/**
	 * Return how many streams there are.
	 * @return the number
	 */
	int streams() {
		return this.watching.size();
	}

	void check(ServerCall call) {
		call.answer(state());
	}

	ServerCall.Handler watch(ServerCall call) {
		return new ServerCall.Handler() {

			@Override
			public void received(byte[] message) {
				HealthServer.this.watching.add(call);
				call.send(state());
			}

			@Override
			public void cancelled() {
				HealthServer.this.watching.remove(call);
			}

		};
	}

	// Any message with a number in its first field looks the same on the wire.
	private MessageLite state() {
		return CompactionRequest.newBuilder().setRevision(this.serving ? SERVING : NOT_SERVING).build();
	}

}
