/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.CompositeRequest;
import io.github.etcdspring.client.transport.EndpointState;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.MaintenanceGrpc;

/**
 * Makes another member the leader. Only the leader does that: unless its endpoint is
 * named, the client asks its endpoints for their state until it has found the leader: for
 * a second each, and those that have not answered then for five more. Its timeout is 10
 * minutes unless another one is set. The header of its result is all zeros: servers send
 * none.
 *
 * @since 0.1.0
 */
public final class MoveLeaderRequest extends CompositeRequest<MoveLeaderRequest, Header> {

	private static final String OPERATION = "move_leader";

	/** A member that is down shall not hold up the others. */
	private static final Duration FIRST_PATIENCE = Duration.ofSeconds(1);

	/** Nor shall one that is only slow be passed over. */
	private static final Duration LAST_PATIENCE = Duration.ofSeconds(5);

	private static final MethodDescriptor<io.github.etcdspring.proto.MoveLeaderRequest, Header> method = Wire
		.mapped(MaintenanceGrpc.getMoveLeaderMethod(), (answer) -> Wire.header(answer.getHeader()));

	private final Transport transport;

	private final io.github.etcdspring.proto.MoveLeaderRequest message;

	private @Nullable String endpoint;

	MoveLeaderRequest(Transport transport, long targetMemberId) {
		super(transport, Maintenance.LONG_TIMEOUT);
		if (targetMemberId == 0) {
			throw new IllegalArgumentException("'targetMemberId' must not be 0; the cluster's members() tells the ids");
		}
		this.transport = transport;
		this.message = io.github.etcdspring.proto.MoveLeaderRequest.newBuilder().setTargetID(targetMemberId).build();
	}

	/**
	 * Name the leader's endpoint. If it is not the leader's, the request fails with the
	 * reason {@link Reason#NOT_LEADER NOT_LEADER}.
	 * @param endpoint the endpoint, one of the client's
	 * @return this request
	 * @throws IllegalArgumentException if it is not one of the client's endpoints
	 */
	public MoveLeaderRequest endpoint(String endpoint) {
		this.endpoint = this.transport.checkEndpoint(endpoint);
		return this;
	}

	@Override
	protected CompletableFuture<Header> run(Steps steps) {
		String named = this.endpoint;
		if (named != null) {
			return steps.send(move(named));
		}
		List<String> endpoints = this.transport.endpointStates()
			.stream()
			.sorted(Comparator.comparing(EndpointState::connected).reversed())
			.map(EndpointState::endpoint)
			.toList();
		return new Search(steps, endpoints).find().thenCompose((leader) -> steps.send(move(leader)));
	}

	private Rpc<?, Header> move(String leader) {
		return Rpc.toMember(OPERATION, method, this.message, true, leader);
	}

	@Override
	protected MoveLeaderRequest self() {
		return this;
	}

	/**
	 * Looks for the leader's endpoint.
	 */
	private static final class Search {

		private final Steps steps;

		private final Iterator<String> endpoints;

		private final List<String> silent = new ArrayList<>();

		private final List<String> found = new ArrayList<>();

		private boolean leaderSeen;

		Search(Steps steps, List<String> endpoints) {
			this.steps = steps;
			this.endpoints = endpoints.iterator();
		}

		CompletableFuture<String> find() {
			return ask(this.endpoints, FIRST_PATIENCE, (endpoint, ex) -> this.silent.add(endpoint))
				.thenCompose((leader) -> (leader != null) ? CompletableFuture.completedFuture(leader)
						: ask(this.silent.iterator(), LAST_PATIENCE,
								(endpoint, ex) -> this.found.add(endpoint + ": " + ex.getMessage())))
				.thenApply((leader) -> {
					if (leader == null) {
						throw failure();
					}
					return leader;
				});
		}

		private CompletableFuture<@Nullable String> ask(Iterator<String> endpoints, Duration patience,
				BiConsumer<String, EtcdException> unanswered) {
			if (!endpoints.hasNext()) {
				return CompletableFuture.completedFuture(null);
			}
			String endpoint = endpoints.next();
			return this.steps.send(StatusRequest.rpc(endpoint), patience).handle((status, ex) -> {
				if (status != null && status.isLeader()) {
					return CompletableFuture.<@Nullable String>completedFuture(endpoint);
				}
				if (status != null) {
					add(endpoint, status);
				}
				else if (Failure.causeOf(ex) instanceof EtcdException failure && failure.isRetryable()) {
					unanswered.accept(endpoint, failure);
				}
				else {
					return CompletableFuture.<@Nullable String>failedFuture(Failure.causeOf(ex));
				}
				return ask(endpoints, patience, unanswered);
			}).thenCompose(Function.identity());
		}

		private void add(String endpoint, MemberStatus status) {
			if (status.leader() != 0) {
				this.leaderSeen = true;
				this.found.add(endpoint + ": the leader is member " + Long.toHexString(status.leader()));
			}
			else {
				this.found.add(endpoint + ": sees no leader");
			}
		}

		private EtcdException failure() {
			Failure failure = this.leaderSeen
					? Failure.ofWrite(OPERATION, StatusCode.FAILED_PRECONDITION, Reason.NOT_LEADER, Outcome.NOT_APPLIED)
					: Failure.ofWrite(OPERATION, StatusCode.UNAVAILABLE, Reason.NO_LEADER, Outcome.NOT_APPLIED);
			return failure.withAttempts(0)
				.withDetail("none of the client's endpoints is known to be the leader's, which alone can do it: "
						+ String.join("; ", this.found))
				.toException();
		}

	}

}
