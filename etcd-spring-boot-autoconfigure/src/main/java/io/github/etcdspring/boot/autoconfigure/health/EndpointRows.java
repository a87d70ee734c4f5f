/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.maintenance.MemberStatus;
import io.github.etcdspring.client.transport.EndpointState;

/**
 * Asks the members behind the endpoints for their state, all at once, and makes a row of
 * details for each endpoint.
 */
final class EndpointRows implements AutoCloseable {

	/** Members that are well answer in a fraction of that. */
	private static final Duration GRACE = Duration.ofMillis(250);

	private final EtcdClient client;

	private final Map<String, CompletableFuture<MemberStatus>> answers = new LinkedHashMap<>();

	EndpointRows(EtcdClient client) {
		this.client = client;
	}

	/**
	 * Ask the endpoints that were used and have not been asked. The others stay as they
	 * are: a health check shall not open connections that nobody needs.
	 * @param timeout how long the answers may take
	 */
	void ask(Duration timeout) {
		for (EndpointState state : this.client.endpointStates()) {
			if (state.used()) {
				this.answers.computeIfAbsent(state.endpoint(),
						(endpoint) -> this.client.maintenance().status(endpoint).timeout(timeout).async());
			}
		}
	}

	/**
	 * Wait a little for the answers, and make the rows.
	 * @param left how long the check may still take
	 * @return a row for each endpoint
	 */
	Map<String, Object> collect(Duration left) {
		Duration wait = (left.compareTo(GRACE) < 0) ? left : GRACE;
		if (!wait.isNegative() && !wait.isZero()) {
			// Those that the read has brought into use.
			ask(wait);
			awaitAll(wait);
		}
		Map<String, Object> rows = new LinkedHashMap<>();
		for (EndpointState state : this.client.endpointStates()) {
			rows.put(state.endpoint(), row(state, this.answers.get(state.endpoint())));
		}
		return rows;
	}

	private void awaitAll(Duration wait) {
		try {
			CompletableFuture.allOf(this.answers.values().toArray(CompletableFuture[]::new))
				.get(wait.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			// Each row tells for itself.
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static Object row(EndpointState state, @Nullable CompletableFuture<MemberStatus> answer) {
		if (!state.used()) {
			return "idle";
		}
		Map<String, Object> row = new LinkedHashMap<>();
		if (answer == null || !answer.isDone()) {
			row.put("state", state.connected() ? "no answer" : "not connected");
			return row;
		}
		try {
			describe(row, answer.join());
		}
		catch (CompletionException ex) {
			describe(row, ex.getCause());
		}
		return row;
	}

	private static void describe(Map<String, Object> row, MemberStatus status) {
		row.put("state", "up");
		row.put("version", status.version());
		row.put("member", status.header().memberIdAsHex());
		row.put("leader", (status.leader() != 0) ? Long.toHexString(status.leader()) : "none");
		row.put("raftTerm", status.raftTerm());
		row.put("dbSize", status.dbSize());
		if (status.isLearner()) {
			row.put("learner", true);
		}
		if (!status.errors().isEmpty()) {
			row.put("errors", status.errors());
		}
	}

	private static void describe(Map<String, Object> row, @Nullable Throwable failure) {
		if (failure instanceof PermissionDeniedException || failure instanceof AuthenticationException) {
			// It answers, just not to this user.
			row.put("state", "up");
		}
		else {
			row.put("state", "down");
			if (failure instanceof EtcdException ex) {
				row.put("error", ex.status() + " (" + ex.reason() + ")");
			}
		}
	}

	/**
	 * Take the questions back that were not answered.
	 */
	@Override
	public void close() {
		this.answers.values().forEach((answer) -> answer.cancel(true));
	}

}
