/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.kv.GetRequest;
import io.github.etcdspring.client.kv.SortOrder;
import io.github.etcdspring.client.kv.SortTarget;
import io.github.etcdspring.client.transport.PendingRequest;

/**
 * Takes up a leadership again after a restart.
 *
 * @since 0.1.0
 */
public final class ResumeRequest extends PendingRequest<ResumeRequest, Leadership> {

	private final Session session;

	private final Candidacy candidacy;

	private final Bytes prefix;

	private final long fencingToken;

	ResumeRequest(Session session, Candidacy candidacy, Bytes prefix, long fencingToken) {
		super("resume");
		this.session = session;
		this.candidacy = candidacy;
		this.prefix = prefix;
		this.fencingToken = fencingToken;
	}

	@Override
	protected CompletableFuture<Leadership> begin(@Nullable Duration timeout) {
		SessionServices services = this.session.services();
		SessionLease lease = this.session.lease();
		GetRequest asking = services.kv()
			.get(KeyRange.prefix(this.prefix))
			.sort(SortTarget.CREATE_REVISION, SortOrder.ASCENDING)
			.limit(1);
		if (timeout != null) {
			asking.timeout(timeout);
		}
		return services.dependent(asking.async(), (found) -> {
			KeyValue leader = found.first()
				.filter((first) -> first.createRevision() == this.fencingToken && first.lease() == lease.id())
				.orElseThrow(() -> Failure
					.ofWrite("resume", StatusCode.FAILED_PRECONDITION, Reason.SESSION_LOST, Outcome.NOT_APPLIED)
					.withDetail("the leadership with this token is over, or belongs to another lease")
					.toException());
			Claim claim = new Claim(this.candidacy, lease, "campaign", leader.key(), leader.createRevision(),
					found.storeRevision());
			this.candidacy.resume(claim);
			claim.guard();
			return new Leadership(this.candidacy, claim);
		}, (unwanted) -> {
			// It was there before, and is not given up because nobody waited.
		});
	}

	@Override
	protected ResumeRequest self() {
		return this;
	}

}
