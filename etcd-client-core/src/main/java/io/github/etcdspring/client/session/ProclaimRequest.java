/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.kv.TxnRequest;
import io.github.etcdspring.client.transport.PendingRequest;

/**
 * Changes what the leader says; its result is the revision that did.
 *
 * @since 0.1.0
 */
public final class ProclaimRequest extends PendingRequest<ProclaimRequest, Long> {

	private final SessionServices services;

	private final Claim claim;

	private final Bytes value;

	ProclaimRequest(SessionServices services, Claim claim, Bytes value) {
		super("proclaim", true);
		this.services = services;
		this.claim = claim;
		this.value = value;
	}

	@Override
	protected CompletableFuture<Long> begin(@Nullable Duration timeout) {
		TxnRequest txn = this.claim.put(this.value);
		if (timeout != null) {
			txn.timeout(timeout);
		}
		return this.services.dependent(txn.async(), (answer) -> {
			if (!answer.succeeded()) {
				EtcdException cause = Failure
					.ofWrite("proclaim", StatusCode.FAILED_PRECONDITION, Reason.SESSION_LOST, Outcome.NOT_APPLIED)
					.withDetail("this leads no more")
					.toException();
				this.claim.lost(cause);
				throw cause;
			}
			return answer.revision();
		}, (unwanted) -> {
			// Said is said.
		});
	}

	@Override
	protected ProclaimRequest self() {
		return this;
	}

}
