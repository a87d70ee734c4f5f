/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.transport.PendingRequest;

/**
 * Waits to become the leader. Whatever ends the waiting ends the candidacy.
 *
 * @since 0.1.0
 */
public final class CampaignRequest extends PendingRequest<CampaignRequest, Leadership> {

	private final SessionServices services;

	private final Candidacy candidacy;

	private final Bytes value;

	CampaignRequest(SessionServices services, Candidacy candidacy, Bytes value) {
		super("campaign", true);
		this.services = services;
		this.candidacy = candidacy;
		this.value = value;
	}

	@Override
	protected CompletableFuture<Leadership> begin(@Nullable Duration timeout) {
		var waiting = this.candidacy.campaign(this.value);
		this.services.limit(waiting, timeout, (detail) -> Contender.timedOut("campaign", detail));
		CompletableFuture<Leadership> given = this.services.dependent(waiting,
				(claim) -> new Leadership(this.candidacy, claim.orElseThrow()), Leadership::closeAsync);
		this.candidacy.give(waiting, given);
		return given;
	}

	@Override
	protected CampaignRequest self() {
		return this;
	}

}
