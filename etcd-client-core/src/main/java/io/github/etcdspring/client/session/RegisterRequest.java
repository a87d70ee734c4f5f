/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.kv.PutRequest;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.transport.PendingRequest;

/**
 * Writes a key that is there as long as its session is.
 *
 * @since 0.1.0
 */
public final class RegisterRequest extends PendingRequest<RegisterRequest, EphemeralKey> {

	private final Session session;

	private final Bytes key;

	private final Bytes value;

	RegisterRequest(Session session, Bytes key, Bytes value) {
		super("register", true);
		this.session = session;
		this.key = key;
		this.value = value;
	}

	@Override
	protected CompletableFuture<EphemeralKey> begin(@Nullable Duration timeout) {
		SessionLease lease = this.session.lease();
		PutRequest put = this.session.services().kv().put(this.key, this.value).lease(lease.id());
		if (timeout != null) {
			put.timeout(timeout);
		}
		EphemeralKey ephemeral = new EphemeralKey(this.session, this.key, this.value);
		CompletableFuture<PutResult> written = ephemeral.write(put, (cause) -> ephemeral.discard());
		return this.session.services().dependent(written, (answer) -> {
			this.session.registered(ephemeral);
			if (this.session.lease() != lease) {
				// The session has got another one meanwhile.
				ephemeral.write(this.session.lease());
			}
			return ephemeral;
		}, EphemeralKey::closeAsync);
	}

	@Override
	protected RegisterRequest self() {
		return this;
	}

}
