/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cluster;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.CompositeRequest;
import io.github.etcdspring.client.transport.Transport;

/**
 * Makes the members of the cluster the endpoints of the client.
 *
 * @since 0.1.0
 */
public final class SyncRequest extends CompositeRequest<SyncRequest, List<String>> {

	private final Transport transport;

	SyncRequest(Transport transport) {
		super(transport, null);
		this.transport = transport;
	}

	@Override
	protected CompletableFuture<List<String>> run(Steps steps) {
		return steps.send(ClusterCalls.list(true)).thenApply(this::replace);
	}

	private List<String> replace(MemberList list) {
		String scheme = this.transport.isSecure() ? "https://" : "http://";
		List<String> endpoints = list.members()
			.stream()
			.filter((member) -> member.isStarted() && !member.isLearner())
			.flatMap((member) -> member.clientUrls().stream())
			// A member may have URLs of the other scheme, or a unix socket, besides.
			.filter((url) -> url.startsWith(scheme))
			.distinct()
			.toList();
		if (endpoints.isEmpty()) {
			throw refused("no started voting member announces a client URL that begins with " + scheme + ": "
					+ list.members() + "; the endpoints remain as they were", null);
		}
		try {
			return this.transport.replaceEndpoints(endpoints);
		}
		catch (IllegalArgumentException ex) {
			throw refused("the members announce client URLs that cannot be used; the endpoints remain as they were: "
					+ ex.getMessage(), ex);
		}
	}

	private static RuntimeException refused(String detail, @Nullable Throwable cause) {
		return Failure.ofRead("sync", StatusCode.FAILED_PRECONDITION, Reason.OTHER)
			.withDetail(detail)
			.withCause(cause)
			.toException();
	}

	@Override
	protected SyncRequest self() {
		return this;
	}

}
